"""How a process reaches Meta: one client, which its threads share."""

from flask import Flask, current_app

from livechat.core.config import Settings
from livechat.core.metrics import observe_graph
from livechat.whatsapp.graph.client import GraphClient


def new_graph_client(settings: Settings) -> GraphClient:
    """A client of the Graph API that the settings name. It opens no connection before its first call."""
    return GraphClient(
        settings.whatsapp_api_url,
        settings.whatsapp_api_version,
        connect_timeout_s=settings.graph_connect_timeout_s,
        read_timeout_s=settings.graph_read_timeout_s,
        observer=observe_graph,
    )


class GraphHandle:
    """The process's client of the Graph API, which the web calls with; workers have their own."""

    def init_app(self, app: Flask, client: GraphClient) -> None:
        app.extensions["livechat_graph"] = client

    @property
    def client(self) -> GraphClient:
        """The client of the current application; RuntimeError outside of one."""
        client: GraphClient = current_app.extensions["livechat_graph"]
        return client


graph = GraphHandle()
