"""The client that the guide leaves to its reader: a JSON API with pages numbered from 1."""

import json
import urllib.request
from types import SimpleNamespace
from urllib.parse import quote


class MyAPIClient:
    def __init__(self, base_url, api_key):
        self.base_url = base_url
        self.api_key = api_key

    def ping(self):
        self._get("/ping")

    def list_objects(self):
        return [SimpleNamespace(**found) for found in self._get("/objects")]

    def get_page(self, object_name, page):
        return self._get(f"/{quote(object_name)}?page={page}")

    def get_count(self):
        return self._get("/count")

    def _get(self, path):
        request = urllib.request.Request(
            self.base_url + path, headers={"Authorization": f"Bearer {self.api_key}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
