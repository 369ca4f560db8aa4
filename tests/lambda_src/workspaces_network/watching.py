"""A watcher over a bucket, prefix lists and a file that are dictionaries; time stands still."""

from __future__ import annotations

import hashlib
import io
import json
from collections import defaultdict

from lambda_src.workspaces_network.fetch import Fetched
from lambda_src.workspaces_network.store import Store
from lambda_src.workspaces_network.watch import Watcher

TOKYO, VIRGINIA = "ap-northeast-1", "us-east-1"
USED = frozenset({"pcoip-streaming", "dcv-streaming", "domains"})


class Bucket:
    """As much of S3 as the store asks; remembers the order of writing."""

    def __init__(self):
        self.objects, self.order, self.encryption = {}, [], set()

    def list_objects_v2(self, Bucket, Prefix, MaxKeys):
        assert (Bucket, Prefix.startswith("allow-list/")) == ("derived", True)
        return {"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)][:MaxKeys]}

    def get_object(self, Bucket, Key):
        return {"Body": io.BytesIO(self.objects[Key])}

    def put_object(self, Bucket, Key, Body, ContentType, ServerSideEncryption):
        self.objects[Key] = Body
        self.order.append(Key)
        self.encryption.add(ServerSideEncryption)

    def read(self, key):
        return json.loads(self.objects[f"allow-list/{key}"])


def written(document):
    return json.dumps(document).encode()


def released(document, seconds, *gateways, without=()):
    """A later release, with more gateways in Tokyo and without some that are published."""
    kept = [row for row in document["prefixes"] if row["ip_prefix"] not in without]
    row = {"region": TOKYO, "service": "WORKSPACES_GATEWAYS", "network_border_group": TOKYO}
    token = str(int(document["syncToken"]) + seconds)
    return {**document, "syncToken": token, "prefixes": kept + [{"ip_prefix": each, **row} for each in gateways]}


class Watching:
    """What was published, what the watcher did, what it said."""

    def __init__(self, document, *, regions=(TOKYO, VIRGINIA), places=(TOKYO,), limit=0.3):
        self.bucket, self.files, self.said, self.logged, self.slept = Bucket(), [], [], [], []
        self.asked, self.lists, self.broken = [], defaultdict(tuple), {}
        self.time, self.fingerprint = 1_800_000_000.0, "f" * 64
        self.regions, self.places, self.limit = regions, places, limit
        self.variants = ("pcoip", "dcv")
        self.publish(document)

    def publish(self, *documents):
        """What comes at the next fetches; the last one again and again."""
        self.files = [one if isinstance(one, bytes | Exception) else written(one) for one in documents]

    def obtain(self, etag):
        self.asked.append(etag)
        file = self.files[0] if len(self.files) == 1 else self.files.pop(0)
        if isinstance(file, Exception):
            raise file
        md5 = hashlib.md5(file).hexdigest()
        return None if etag == md5 else Fetched(file, md5, md5)

    def fill(self, place, region, family, wanted, limit, accepted):
        if (place, region, family) in self.broken:
            raise self.broken[place, region, family]
        if self.lists[place, region, family] == wanted:
            return None
        self.lists[place, region, family] = wanted
        return 2

    def run(self, notice=None, **named):
        return Watcher(
            regions=self.regions,
            variants=self.variants,
            used=USED,
            limit=self.limit,
            fingerprint=self.fingerprint,
            store=Store(self.bucket, "derived", "allow-list/"),
            obtain=self.obtain,
            fill=self.fill,
            prefix_list_regions=self.places,
            tell=self.said.append,
            log=self.logged.append,
            now=lambda: self.time,
            sleep=self.slept.append,
        ).run(notice, **named)

    @property
    def subjects(self):
        return [message.subject for message in self.said]
