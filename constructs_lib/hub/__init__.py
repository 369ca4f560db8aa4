"""The parts of the access hub, which makes judged records of the events that members forward."""
