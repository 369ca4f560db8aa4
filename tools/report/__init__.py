"""The report page: prebuilt once as ``report/template.html``, and filled here with data."""
