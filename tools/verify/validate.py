"""Drives the AWS CLI's validator over every chain of a source, and adds what it leaves open.

The AWS CLI validates each digest's signature and each listed file's hash. Beyond it: a digest must be the very one that
the next digest names; a chain must not begin anew in its middle; in its time there is no file that no digest lists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from tools.verify.awscli import CloudTrailValidateLogs, DigestProvider, DigestTraverser, Sha256RSADigestValidator
from tools.verify.chains import Chain, Digests, Place, find_chains, trail_files
from tools.verify.findings import Result
from tools.verify.source import PublicKeys, Source

MISSING: Final = "missing: it was removed, or never copied"
CHANGED: Final = "changed: its hash is not the one that its digest lists"
BROKEN: Final = "changed: it cannot be read as it was delivered"
UNSIGNED: Final = "no signature: no .metadata.json lies beside it, and no readable digest after it tells its signature"
OTHER: Final = "out of order: it is not the digest that the next one names"
NO_DIGEST: Final = "no digest: trail files lie here and none lists them"
CIRCLE: Final = "out of order: a digest names this one, which is not older, as the one before it"
UNLISTED: Final = "listed by no digest: CloudTrail did not deliver it, or a trail here validates no files"

_SLACK: Final = timedelta(minutes=15)
"""A file's name tells its delivery in minutes; whether a digest that ended about then lists it is not documented."""


def validate(
    source: Source, *, since: datetime | None = None, wanted: Callable[[Chain], bool] = lambda _chain: True
) -> list[Result]:
    """Every wanted chain of the source, from `since` on or from its oldest digest that is there."""
    keys = source.keys()
    chains = {chain: digests for chain, digests in find_chains(keys).items() if wanted(chain)}
    results = [
        _validate_chain(source, chain, digests, since=since)
        for chain, digests in chains.items()
        if since is None or digests.last >= since
    ]
    files = {
        place: [(minute, key) for minute, key in found if since is None or minute >= since]
        for place, found in trail_files(keys).items()
    }
    for place in sorted(files):
        here = [result for result in results if result.chain.place == place]
        alone = Chain(place=place, trail="", home="")
        if here:
            _judge_unlisted(files[place], here)
        elif files[place] and wanted(alone):
            results.append(Result(chain=alone, uncovered=len(files[place])))
            results[-1].fail(_folder(place), NO_DIGEST)
    return results


def _validate_chain(source: Source, chain: Chain, digests: Digests, *, since: datetime | None) -> Result:
    result = Result(chain=chain)
    start, end = since or digests.first - timedelta(days=1), digests.last
    keys = source.public_keys(chain.place.region, start, end + timedelta(hours=2))
    if not keys:
        result.fail(
            _folder(chain.place), "no public key: CloudTrail's keys of the Region are needed (public-keys*.json)"
        )
        return result
    hashes: dict[str, str] = {}
    traverser = DigestTraverser(
        digest_provider=DigestProvider(
            account_id=chain.place.account,
            trail_name=chain.trail,
            s3_client_provider=source,
            trail_source_region=chain.place.region,
            trail_home_region=chain.home,
            organization_id=chain.place.organization or None,
        ),
        starting_bucket=source.bucket,
        starting_prefix=chain.place.prefix or None,
        public_key_provider=_Keys(keys),
        digest_validator=_Validator(hashes),
        on_invalid=lambda *, last_key, message, **_: result.fail(
            last_key, UNSIGNED if source.unsigned(last_key) else f"bad digest: {message.rpartition('INVALID: ')[2]}"
        ),
        on_missing=lambda *, last_key, **_: result.fail(last_key, MISSING),
        on_gap=lambda *, next_key, next_end_date, last_start_date, **_: result.fail(
            next_key,
            f"gap: no digest covers {next_end_date:%Y-%m-%dT%H:%M:%SZ} to {last_start_date:%Y-%m-%dT%H:%M:%SZ}",
        ),
    )
    files = _Files(source, result)
    for backfill in (False, True):
        _walk(traverser.traverse_digests(start, end, is_backfill=backfill), result, files, hashes)
    return result


def _walk(digests: Iterable[dict[str, Any]], result: Result, files: _Files, hashes: dict[str, str]) -> None:
    """From the newest digest to the oldest; only those that are validly signed come by."""
    after: dict[str, Any] = {}
    seen: set[str] = set()
    for digest in digests:
        key = digest["digestS3Object"]
        if key in seen:  # the AWS CLI would go round for ever
            result.fail(key, CIRCLE)
            return
        seen.add(key)
        told = (after.get("previousDigestHashValue"), after.get("previousDigestSignature"))
        if after.get("previousDigestS3Object") == key and told != (hashes[key], digest["_signature"]):
            result.fail(key, OTHER)
        after = digest
        result.digests += 1
        result.start = min(result.start or digest["digestStartTime"], digest["digestStartTime"])
        result.end = max(result.end, digest["digestEndTime"])
        for file in digest["logFiles"] or ():
            result.listed.add(file["s3Object"])
            files._download_log(file)


def _judge_unlisted(files: list[tuple[datetime, str]], results: list[Result]) -> None:
    """What no digest of the place lists: not CloudTrail's, or delivered before the first or after the last digest.

    Not judged where a chain is broken already, because the files of a digest that is gone are listed by none.
    """
    if not all(result.valid for result in results):
        return
    longest = min(results, key=lambda result: result.start)
    listed = set().union(*(result.listed for result in results))
    oldest = datetime.fromisoformat(longest.start) + _SLACK
    newest = datetime.fromisoformat(max(result.end for result in results)) - _SLACK
    for minute, key in files:
        if key not in listed:
            if oldest <= minute <= newest:
                longest.fail(key, UNLISTED)
            else:
                longest.uncovered += 1


def _folder(place: Place) -> str:
    parts = (place.prefix, "AWSLogs", place.organization, place.account, "CloudTrail-Digest", place.region)
    return "/".join(part for part in parts if part)


class _Keys:
    """The public keys, however old the digest."""

    def __init__(self, keys: PublicKeys) -> None:
        self._keys = keys

    def get_public_keys(self, _start: datetime, _end: datetime) -> PublicKeys:
        return self._keys


class _Validator(Sha256RSADigestValidator):  # type: ignore[misc] # awscli has no types
    """The AWS CLI's, which also keeps the hash of what it found valid."""

    def __init__(self, hashes: dict[str, str]) -> None:
        self._hashes = hashes

    def validate(
        self, bucket: str, key: str, public_key: str, digest_data: dict[str, Any], inflated_digest: bytes
    ) -> None:
        super().validate(bucket, key, public_key, digest_data, inflated_digest)
        self._hashes[key] = hashlib.sha256(inflated_digest).hexdigest()


class _Files(CloudTrailValidateLogs):  # type: ignore[misc] # awscli has no types
    """The AWS CLI's check of a listed file, telling a result in place of a terminal."""

    def __init__(self, source: Source, result: Result) -> None:
        super().__init__(session=None)
        self.s3_client_provider = source
        self._result = result

    def _write_status(self, _message: str, is_error: bool = False) -> None:
        self._result.files += not is_error

    def _on_missing_log(self, log_data: dict[str, str]) -> None:
        self._result.fail(log_data["s3Object"], MISSING)

    def _on_log_invalid(self, log_data: dict[str, str]) -> None:
        self._result.fail(log_data["s3Object"], CHANGED)

    def _on_log_trailing_data(self, log_data: dict[str, str]) -> None:
        self._result.fail(log_data["s3Object"], BROKEN)

    def _on_invalid_log_format(self, log_data: dict[str, str]) -> None:
        self._result.fail(log_data["s3Object"], BROKEN)
