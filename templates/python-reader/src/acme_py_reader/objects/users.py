"""The users, with their latest change."""

from acme_py_reader.source_object import SourceObject

USERS = SourceObject(
    name="users",
    path="/users",
    description="The users, with their latest change.",
    columns={
        "id": "string",
        "name": "string",
        "active": "boolean",
        "score": "number",
        "updated_at": "timestamp_tz",
    },
    key=("id",),
    cursor="updated_at",
)
