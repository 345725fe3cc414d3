"""Microsoft's own Python SDK against a simulated tenant.

Reads URL and TOKEN from the environment, makes, reads, changes and deletes grants, alone and in a
batch, and prints what it saw as one line of JSON.
"""

import asyncio
import json
import os

from httpx import AsyncClient
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.models.o_auth2_permission_grant import OAuth2PermissionGrant
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.oauth2_permission_grants.oauth2_permission_grants_request_builder import (
    Oauth2PermissionGrantsRequestBuilder as Grants,
)
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import GraphClientFactory
from msgraph_core.requests.batch_request_content import BatchRequestContent

CLIENT = "c1000000-0000-4000-8000-000000000003"
RESOURCE = "9a000000-0000-4000-8000-000000000001"
USERS = [f"0a000000-0000-4000-8000-{number:012}" for number in (1, 2, 3)]


def grant(user: str) -> OAuth2PermissionGrant:
    return OAuth2PermissionGrant(
        client_id=CLIENT,
        consent_type="Principal",
        principal_id=user,
        resource_id=RESOURCE,
        scope="User.Read",
    )


async def error_of(request) -> list:
    try:
        await request
        return [200, ""]
    except ODataError as error:
        return [error.response_status_code, error.error.code]


async def main() -> dict:
    root = f"{os.environ['URL']}/v1.0"
    # The library's own chain of middleware, and a token that is already there: its ways to sign in
    # refuse plain http.
    plain = AsyncClient(
        headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}, trust_env=False
    )
    http = GraphClientFactory.create_with_default_middleware(client=plain)
    http.base_url = root
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), client=http)
    adapter.base_url = root
    graph = GraphServiceClient(request_adapter=adapter)
    grants = graph.oauth2_permission_grants
    seen = {}

    organization = await graph.organization.get()
    seen["organization"] = organization.value[0].display_name
    made = await grants.post(grant(USERS[0]))
    seen["made"] = [made.principal_id, made.scope]
    seen["duplicate"] = await error_of(grants.post(grant(USERS[0])))

    only = RequestConfiguration(
        query_parameters=Grants.Oauth2PermissionGrantsRequestBuilderGetQueryParameters(
            filter=f"clientId eq '{CLIENT}'", top=1, count=True
        )
    )
    only.headers.add("ConsistencyLevel", "eventual")
    page = await grants.get(only)
    seen["listed"] = [page.odata_count, page.value[0].id == made.id]

    one = grants.by_o_auth2_permission_grant_id(made.id)
    await one.patch(OAuth2PermissionGrant(scope="Mail.Read User.Read"))
    seen["changed"] = (await one.get()).scope

    batch = BatchRequestContent()
    for user in USERS[1:]:
        batch.add_request_information(grants.to_post_request_information(grant(user)))
    batch.add_request_information(one.to_get_request_information())
    answers = await graph.batch.post(batch)
    seen["batch"] = sorted(answers.get_response_status_codes().values())

    rest = await grants.get()
    seen["all"] = len(rest.value)
    for row in rest.value:
        await grants.by_o_auth2_permission_grant_id(row.id).delete()
    seen["gone"] = await error_of(one.get())
    everybody = await graph.users.get()
    seen["users"] = sorted(user.display_name for user in everybody.value)
    return seen


print(json.dumps(asyncio.run(main()), sort_keys=True))
