"""A view without Jupyter: it and its page hear each other, and a bad address is refused."""

import json

import comm
import pytest

from nnlib.viz.alone import NAMES, opened


@pytest.fixture(autouse=True)
def channels(monkeypatch):
    """Afterwards, widgets have the channels again that they had."""
    monkeypatch.setattr(comm, "create_comm", comm.create_comm)


def heard(address):
    said = []
    return opened(address, lambda kind, text: said.append((kind, json.loads(text)))), said


def update(**state):
    return json.dumps({"method": "update", "state": state, "buffer_paths": []})


@pytest.mark.parametrize("name", NAMES)
def test_each_view_is_told_to_the_page_whole_and_comes_back_from_its_address(name):
    alone, said = heard(name)
    assert [kind for kind, _ in said][:2] == ["comm_open", "comm_msg"]
    first, second = said[0][1]["state"], said[1][1]["state"]
    assert "export default" in first["_esm"]
    assert first["spec"]["title"] == type(alone.view).title
    assert second["picture"].startswith("<svg")
    again, _ = heard(alone.address())
    assert again.view.state == alone.view.state
    assert again.view.picture == alone.view.picture


def test_a_move_of_the_page_is_answered_with_a_picture():
    alone, said = heard("Neuron:w1=2.0;w2=1.0;b=-1.0;gate=or")
    del said[:]
    alone.hear(update(state=alone.view.state | {"w1": 2.1}))
    ((kind, news),) = [each for each in said if "picture" in each[1].get("state", {})]
    assert kind == "comm_msg"
    assert news["state"]["code"] == "Neuron(w1=2.1, w2=1.0, b=-1.0, gate='or')"
    assert alone.address() == "Neuron:w1=2.1;w2=1.0;b=-1.0;gate=or"


def test_what_is_not_allowed_is_said_in_the_view():
    alone, _ = heard("Neuron")
    alone.hear(update(state=alone.view.state | {"w1": "x"}))
    assert "w1" in alone.view.error


def test_a_button_of_the_page_reaches_the_view():
    alone, said = heard("Playground")
    alone.hear(json.dumps({"method": "custom", "content": {"do": "step"}}))
    assert alone.view.step == 1
    assert alone.address().endswith("|run=1")
    assert any("live" in each.get("state", {}) for _, each in said)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("Nothing", "expected the name of a view, Activations, .*, got 'Nothing'"),
        ("View", "expected the name of a view"),
        ("__class__:a=1", "expected the name of a view"),
        ("Neuron:w1=x", "Neuron expected w1 from -3 to 3, got 'x'"),
        ("Neuron:" + "w1=1;" * 9999, "at most 20,000 characters"),
        ("Neuron:", "Neuron expected text such as"),
        ("Playground:data=circle|run=999999", "expected runs of"),
    ],
)
def test_a_bad_address_is_refused_in_one_sentence(address, says):
    with pytest.raises(ValueError, match=says) as caught:
        heard(address)
    assert "\n" not in str(caught.value)
