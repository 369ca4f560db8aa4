"""What Data Firehose makes of the records of a log subscription, before it writes them.

https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_STEPS: Final = frozenset({"Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord"})


@dataclass(frozen=True, kw_only=True)
class Processed:
    """What is delivered, and what goes under the error prefix, by the kind of its error."""

    records: list[bytes]
    failed: list[tuple[str, bytes]]


def process(configuration: Mapping[str, Any], records: Iterable[bytes]) -> Processed:
    """Runs the stream's processors; one record that fails does not hide its neighbours.

    A processor that is not modelled fails every record, so that it is seen.
    """
    processing = configuration.get("ProcessingConfiguration") or {}
    enabled = str(processing.get("Enabled", False)).lower() == "true"
    steps = {step["Type"]: _parameters(step) for step in (processing.get("Processors", []) if enabled else [])}
    done: list[bytes] = []
    failed: list[tuple[str, bytes]] = []
    for record in records:
        if not set(steps) <= _STEPS or "DataFormatConversionConfiguration" in configuration:
            failed.append(("processing-failed", record))
            continue
        try:
            processed = _decompressed(record) if "Decompression" in steps else record
        except (OSError, EOFError, zlib.error):
            failed.append(("decompression-failed", record))
            continue
        if steps.get("CloudWatchLogProcessing", {}).get("DataMessageExtraction") == "true":
            processed = _messages(processed)
        if processed and "AppendDelimiterToRecord" in steps:
            delimiter = steps["AppendDelimiterToRecord"].get("Delimiter", "\\n").replace("\\n", "\n").encode()
            processed = processed if processed.endswith(delimiter) else processed + delimiter
        if processed:
            done.append(processed)
    return Processed(records=done, failed=failed)


def compress(configuration: Mapping[str, Any], body: bytes) -> tuple[bytes, str]:
    """The object's body, and the extension it gets where the stream names none."""
    kind = configuration.get("CompressionFormat", "UNCOMPRESSED")
    if kind == "UNCOMPRESSED":
        return body, ""
    if kind == "GZIP":
        return gzip.compress(body), ".gz"
    raise ValueError(f"the embedded AWS does not model the compression {kind}")


def _decompressed(record: bytes) -> bytes:
    return gzip.decompress(record)


def _messages(envelope: bytes) -> bytes:
    """The messages of a CloudWatch Logs envelope, each on its line, whatever they hold; control messages carry none."""
    read = json.loads(envelope)
    if read.get("messageType") != "DATA_MESSAGE":
        return b""
    return "".join(f"{event['message']}\n" for event in read["logEvents"]).encode()


def _parameters(step: Mapping[str, Any]) -> dict[str, str]:
    return {p["ParameterName"]: str(p["ParameterValue"]).strip() for p in step.get("Parameters", [])}
