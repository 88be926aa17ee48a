"""Hunts through the Graph SDK for Python, by its typed call. Reads questions as lines of JSON, answers each with one.

A question has `authority`, `graph`, `ca_file`, `tenant`, `client_id`, `client_secret`, `query`, `timespan` when there is to be one, and
`scopes`, which the SDK derives from the address of Graph when there are none. The answer is what the SDK understood: `schema` and `rows`,
or its `error`.
"""

import asyncio
import datetime
import json
import sys
from urllib.parse import urlsplit

import httpx
from azure.identity.aio import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.security.hunting_query_results import HuntingQueryResults
from msgraph.generated.security.microsoft_graph_security_run_hunting_query.run_hunting_query_post_request_body import (
    RunHuntingQueryPostRequestBody,
)
from msgraph_core import GraphClientFactory


async def answer(asked: dict) -> dict:
    credential = ClientSecretCredential(
        asked["tenant"], asked["client_id"], asked["client_secret"], authority=asked["authority"],
        disable_instance_discovery=True, connection_verify=asked["ca_file"],
    )
    host = urlsplit(asked["graph"]).hostname
    authentication = AzureIdentityAuthenticationProvider(credential, scopes=asked["scopes"], allowed_hosts=[host])
    http = GraphClientFactory.create_with_default_middleware(client=httpx.AsyncClient(verify=asked["ca_file"]))
    adapter = GraphRequestAdapter(authentication, http)
    adapter.base_url = f"{asked['graph']}/v1.0"
    client = GraphServiceClient(request_adapter=adapter)
    body = RunHuntingQueryPostRequestBody(query=asked["query"], timespan=asked.get("timespan"))
    try:
        return understood(await client.security.microsoft_graph_security_run_hunting_query.post(body))
    except ODataError as error:
        return {"error": {"type": "ODataError", "status": error.response_status_code,
                          "code": error.error.code, "message": error.error.message}}
    except Exception as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}
    finally:
        await credential.close()
        await http.aclose()


def understood(results: HuntingQueryResults) -> dict:
    return {
        "schema": [[column.name, column.type] for column in results.schema],
        "rows": [{name: plain(value) for name, value in row.additional_data.items()} for row in results.results],
    }


def plain(value: object) -> object:
    return {"datetime": value.isoformat()} if isinstance(value, datetime.datetime) else value


def main() -> None:
    with asyncio.Runner() as runner:
        for line in sys.stdin:
            print(json.dumps(runner.run(answer(json.loads(line)))), flush=True)


main()
