import pytest

from dativo_function.config_path import with_kept_value


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("credentials.api_key", "x", {"credentials": {"user": "u", "api_key": "x"}}),
        (r"a\.b", "x", {"credentials": {"user": "u"}, "a.b": "x"}),
        (r"a\:json", "1", {"credentials": {"user": "u"}, "a:json": "1"}),
        ("a:json", '{"b": [1]}', {"credentials": {"user": "u"}, "a": {"b": [1]}}),
        (r"a\\", "x", {"credentials": {"user": "u"}, "a\\": "x"}),
        ("", "x", {"credentials": {"user": "u"}, "": "x"}),
    ],
)
def test_a_value_is_put_back_where_it_was(path, value, expected):
    config = {"credentials": {"user": "u"}}
    assert with_kept_value(config, path, value) == expected
    assert config == {"credentials": {"user": "u"}}


def test_a_place_inside_a_list_is_found():
    config = {"hosts": [{"name": "a"}, {"name": "b"}]}
    assert with_kept_value(config, "hosts.1.password", "x") == {
        "hosts": [{"name": "a"}, {"name": "b", "password": "x"}]
    }
