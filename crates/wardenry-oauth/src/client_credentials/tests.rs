use wardenry_core::catalogue::GRAPH;

use super::*;
use crate::EndpointVersion;
use crate::answers::TokenVersion;
use crate::fixtures::{
    CLIENT, NOW, PARTNER, TENANT, at, client, digest, principal, resource, secret, tenant,
};
use crate::parameters::Parameters;
use crate::target;

fn identifier(text: &str) -> ResourceIdentifier {
    let body = format!("resource={text}");
    target::resource_of(&Parameters::from_urlencoded(body.as_bytes()).unwrap(), EndpointVersion::V1).unwrap()
}

fn secret_outcome(client: &ClientAnswer, byte: u8) -> Result<CredentialKind, Code> {
    authenticate(client, &Proof::Secret(digest(byte)), NOW).map_err(|error| error.code())
}

fn granted(client: &ClientAnswer, answer: Option<&ResourceAnswer>) -> Result<Vec<String>, Code> {
    let requested = identifier("https://api.security.microsoft.com");
    grant(&tenant(), client, CredentialKind::Secret, &requested, answer)
        .map(|grant| grant.roles.into_iter().map(str::to_owned).collect())
        .map_err(|error| error.code())
}

fn defender() -> ResourceAnswer {
    resource(THREAT_PROTECTION.app_id, TokenVersion::V1)
}

#[test]
fn an_app_cannot_act_as_itself_without_a_tenant() {
    let outcome = |segment: &str| {
        require_concrete_tenant(&TenantSegment::parse(segment).unwrap()).map_err(|error| error.code())
    };
    assert_eq!(outcome("alder.example"), Ok(()));
    assert_eq!(outcome("common"), Err(Code::NoTenant));
    assert_eq!(outcome("organizations"), Err(Code::NoTenant));
    assert_eq!(outcome("consumers"), Err(Code::GrantNeedsTenant));
}

#[test]
fn a_single_tenant_app_is_known_at_home_only() {
    let single = ClientAnswer { audience: SignInAudience::AzureADMyOrg, ..client() };
    let outcome = |client: Option<&ClientAnswer>, tenant| {
        known_client(client, CLIENT, tenant).map(|_| ()).map_err(|error| error.code())
    };
    assert_eq!(outcome(Some(&client()), TENANT), Ok(()));
    assert_eq!(outcome(Some(&single), PARTNER), Ok(()));
    assert_eq!(outcome(Some(&single), TENANT), Err(Code::ApplicationNotFound));
    assert_eq!(outcome(None, TENANT), Err(Code::ApplicationNotFound));
}

#[test]
fn any_of_several_secrets_will_do_while_it_is_valid() {
    let several = ClientAnswer {
        secrets: vec![
            secret(1, at(-60), at(60)),
            secret(2, at(-60), at(60)),
            secret(3, at(-60), at(0)),
            secret(4, at(1), at(60)),
        ],
        ..client()
    };
    assert_eq!(secret_outcome(&several, 1), Ok(CredentialKind::Secret));
    assert_eq!(secret_outcome(&several, 2), Ok(CredentialKind::Secret));
    assert_eq!(secret_outcome(&several, 3), Err(Code::SecretExpired));
    assert_eq!(secret_outcome(&several, 4), Err(Code::InvalidSecret), "not valid yet");
    assert_eq!(secret_outcome(&several, 9), Err(Code::InvalidSecret));
    let none = ClientAnswer { secrets: vec![], ..client() };
    assert_eq!(secret_outcome(&none, 1), Err(Code::InvalidSecret));
}

#[test]
fn without_a_usable_principal_nothing_is_told_about_resources() {
    let missing = ClientAnswer { principal: None, ..client() };
    assert_eq!(granted(&missing, None), Err(Code::PrincipalMissing));
    let disabled = PrincipalFacts { enabled: false, ..principal() };
    assert_eq!(
        granted(&ClientAnswer { principal: Some(disabled), ..client() }, None),
        Err(Code::ApplicationDisabled)
    );
    assert_eq!(granted(&ClientAnswer { disabled: true, ..client() }, None), Err(Code::ApplicationDisabled));
}

#[test]
fn the_resource_has_to_exist_and_may_insist_on_an_assignment() {
    assert_eq!(granted(&client(), None), Err(Code::ResourceNotFound));
    let off = ResourceAnswer { enabled: false, ..defender() };
    assert_eq!(granted(&client(), Some(&off)), Err(Code::ResourceNotFound));
    let strict = ResourceAnswer { assignment_required: true, ..resource(GRAPH.app_id, TokenVersion::V1) };
    assert_eq!(granted(&client(), Some(&strict)), Err(Code::AssignmentRequired));
    let assigned = ResourceAnswer { assignment_required: true, ..defender() };
    assert_eq!(granted(&client(), Some(&assigned)), Ok(vec!["Incident.Read.All".to_owned()]));
}

#[test]
fn roles_are_those_granted_on_the_resource() {
    assert_eq!(granted(&client(), Some(&defender())), Ok(vec!["Incident.Read.All".to_owned()]));
    assert_eq!(granted(&client(), Some(&resource(GRAPH.app_id, TokenVersion::V1))), Ok(vec![]));
}

#[test]
fn a_token_for_the_older_defender_resource_carries_the_incident_grant_too() {
    let mut facts = principal();
    facts.app_roles.push((DEFENDER_ATP.app_id, vec!["Machine.Read.All".into()]));
    let both = ClientAnswer { principal: Some(facts), ..client() };
    let atp = resource(DEFENDER_ATP.app_id, TokenVersion::V1);
    assert_eq!(
        granted(&both, Some(&atp)),
        Ok(vec!["Machine.Read.All".to_owned(), "Incident.Read.All".to_owned()])
    );
    assert_eq!(
        granted(&both, Some(&defender())),
        Ok(vec!["Incident.Read.All".to_owned()]),
        "not the other way round"
    );
}
