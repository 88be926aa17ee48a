"""Hunts through the Graph SDK's own request adapter, msgraph-core, and prints what it understood as JSON.

Reads one JSON object from standard input: `authority`, `graph`, `ca_file`, `tenant`, `client_id`, `client_secret`, `query`, and
optionally `timespan`.
"""

import asyncio
import json
import sys
from urllib.parse import urlsplit

import httpx
from azure.identity.aio import ClientSecretCredential
from kiota_abstractions.api_error import APIError
from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph_core import BaseGraphRequestAdapter, GraphClientFactory


async def main() -> None:
    asked = json.load(sys.stdin)
    credential = ClientSecretCredential(
        asked["tenant"], asked["client_id"], asked["client_secret"], authority=asked["authority"],
        disable_instance_discovery=True, connection_verify=asked["ca_file"],
    )
    host = urlsplit(asked["graph"]).hostname
    authentication = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=[host],
    )
    http = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(verify=asked["ca_file"]))
    adapter = BaseGraphRequestAdapter(authentication, http_client=http)
    adapter.base_url = f"{asked['graph']}/v1.0"
    request = RequestInformation(
        Method.POST, "{+baseurl}/security/microsoft.graph.security.runHuntingQuery", {"baseurl": adapter.base_url},
    )
    body = {"query": asked["query"]} | ({"timespan": asked["timespan"]} if "timespan" in asked else {})
    request.set_stream_content(json.dumps(body).encode(), "application/json")
    request.headers.try_add("Accept", "application/json")
    try:
        answer = json.loads(await adapter.send_primitive_async(request, "bytes", {}))
        print(json.dumps({"answer": answer}))
    except APIError as error:
        print(json.dumps({"status": error.response_status_code}))
    finally:
        await credential.close()
        await http.aclose()


asyncio.run(main())
