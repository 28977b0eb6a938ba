"""The meaning of the provider's texts, and of any reply at all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.failures import FailureCode
from core.models import Status
from core.provider.replies import failure_of_text, read_prediction

TEXTS = {
    "The input or output was flagged as sensitive. Please try again with different inputs. (E005)": (
        FailureCode.MODERATED
    ),
    "Your request was rejected by the safety system": FailureCode.MODERATED,
    "moderation_blocked": FailureCode.MODERATED,
    "Prediction interrupted; please retry (code: PA)": FailureCode.PROVIDER_BUSY,
    "Service is currently unavailable due to high demand. (E003)": FailureCode.PROVIDER_BUSY,
    "The service is temporarily unavailable. (E004)": FailureCode.PROVIDER_BUSY,
    "E6716": FailureCode.PROVIDER_BUSY,
    "Rate limit reached for images": FailureCode.PROVIDER_BUSY,
    "Billing hard limit has been reached": FailureCode.PROVIDER_BILLING,
    "You exceeded your current quota": FailureCode.PROVIDER_BILLING,
    "Monthly spend limit reached": FailureCode.PROVIDER_BILLING,
    "Your organization must be verified to use the model": FailureCode.PROVIDER_REJECTED,
    "Incorrect API key provided": FailureCode.PROVIDER_REJECTED,
    "Input validation failed": FailureCode.PROVIDER_REJECTED,
    "Director: unexpected error handling prediction (E9828)": FailureCode.PROVIDER_ERROR,
    "Something new": FailureCode.PROVIDER_ERROR,
    "": FailureCode.PROVIDER_ERROR,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
statuses = st.sampled_from(["starting", "processing", "succeeded", "failed", "canceled", "aborted"])
addresses = st.text(st.characters(), max_size=20).map("https://".__add__)
replies = st.fixed_dictionaries(
    {},
    optional={
        "status": statuses | json_values,
        "output": addresses | st.lists(addresses | json_values, max_size=3) | json_values,
        "error": json_values,
    },
)


@pytest.mark.parametrize(("text", "code"), TEXTS.items())
def test_a_failure_text_names_its_cause(text: str, code: FailureCode) -> None:
    assert failure_of_text(text) is code


@given(replies)
@settings(deadline=None)
def test_any_reply_becomes_a_state_that_can_be_stored(reply: dict[str, Any]) -> None:
    prediction = read_prediction(json.loads(json.dumps(reply)))
    assert (prediction.url is not None) == (prediction.status is Status.SUCCEEDED)
    assert (prediction.error is not None) == (prediction.status is Status.FAILED)
    assert b"\x00" not in (prediction.url or "").encode()


@pytest.mark.parametrize("code", FailureCode)
def test_every_cause_has_a_sentence_without_its_code(code: FailureCode) -> None:
    assert code.sentence.endswith(".")
    assert code.value not in code.sentence
