"""An S3 server that checks signatures and permissions: moto's, in a thread."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from moto import settings
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

REGION = "us-east-1"


@dataclass(frozen=True)
class S3Server:
    url: str

    def create_bucket(self) -> str:
        name = f"pictures-{uuid4().hex}"
        s3_backends[DEFAULT_ACCOUNT_ID]["aws"].create_bucket(name, REGION)
        return name

    def objects(self, bucket: str) -> dict[str, tuple[bytes, str]]:
        """What is in it: content and content type, by key."""
        found = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].get_bucket(bucket).keys
        return {name: (key.value, key.metadata["Content-Type"]) for name, key in found.items()}

    def environment(self, *, may: Sequence[str] = ("s3:*",)) -> dict[str, str]:
        """The environment of a user of its own, who may do that."""
        iam, name = iam_backends[DEFAULT_ACCOUNT_ID]["aws"], uuid4().hex
        iam.create_user(REGION, name)
        iam.put_user_policy(name, "policy", _policy(may))
        key = iam.create_access_key(name)
        return {
            "AWS_ACCESS_KEY_ID": key.access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
        }


def _policy(actions: Sequence[str]) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@contextmanager
def s3_server() -> Iterator[S3Server]:
    # Without this everything is allowed.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()
