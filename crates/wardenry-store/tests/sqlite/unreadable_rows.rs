//! Rows that somebody or something has changed behind Wardenry's back.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, query};
use uuid::Uuid;
use wardenry_core::id::{AppId, ApplicationId, KeyId, ServicePrincipalId, TenantId, UserId};
use wardenry_core::secret::SecretDigest;
use wardenry_core::time::Timestamp;
use wardenry_directory::model::{
    Application, PasswordCredential, PasswordHash, RedirectUris, ServicePrincipal, User,
};
use wardenry_directory::store::{Change, DirectoryStore, StoreError};
use wardenry_oauth::answers::SignInAudience;
use wardenry_store::{SqliteStore, UnreadableValue};

use crate::numbered_tenants::{ALL, event, tenant};

/// How an odd value is brought in, and which table and column are named when it is read.
const ODD_VALUES: [(&str, &str, &str); 17] = [
    ("UPDATE directory_user SET roles = 'Global Administrator'", "directory_user", "roles"),
    ("UPDATE directory_user SET roles = '[\"Global Administrator\"]'", "directory_user", "roles"),
    ("UPDATE directory_user SET roles = '[17]'", "directory_user", "roles"),
    ("UPDATE directory_user SET display_name = CAST(x'ff' AS TEXT)", "directory_user", "display_name"),
    ("UPDATE application SET audience = 'AzureADandPersonalMicrosoftAccount'", "application", "audience"),
    ("UPDATE application SET redirect_uris = '{\"web\": []}'", "application", "redirect_uris"),
    ("UPDATE application SET required_resources = '{}'", "application", "required_resources"),
    ("UPDATE application SET app_roles = ''", "application", "app_roles"),
    ("UPDATE application SET scopes = '[null]'", "application", "scopes"),
    ("UPDATE application SET requested_token_version = 258", "application", "requested_token_version"),
    ("UPDATE application SET owner = x'00'", "application", "owner"),
    ("UPDATE application_credential SET digest = x'00'", "application_credential", "digest"),
    ("UPDATE application_credential SET key_id = x'00'", "application_credential", "key_id"),
    ("UPDATE service_principal SET tags = '[[]]'", "service_principal", "tags"),
    ("UPDATE service_principal SET home_tenant = x''", "service_principal", "home_tenant"),
    ("UPDATE audit_event SET actor = 'ghost'", "audit_event", "actor"),
    ("UPDATE audit_event SET actor = 'app'", "audit_event", "actor_app"),
];

#[tokio::test]
async fn an_odd_value_is_a_failure_that_names_its_place() {
    for (sql, table, column) in ODD_VALUES {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(folder.path()).await.unwrap();
        store.commit(&a_world(), &event(0)).await.unwrap();
        assert!(read_everything(&store).await.is_ok());

        let mut connection = SqliteConnectOptions::new()
            .filename(folder.path().join("wardenry.db"))
            .pragma("ignore_check_constraints", "ON")
            .connect()
            .await
            .unwrap();
        query(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();

        let Err(StoreError::Backend(cause)) = read_everything(&store).await else { panic!("{sql}") };
        let cause: &UnreadableValue = cause.downcast_ref().expect(sql);
        assert_eq!((cause.table, cause.column), (table, column), "{sql}");
        assert_eq!(
            cause.to_string(),
            format!("the value in column {column} of table {table} cannot be read")
        );
    }
}

async fn read_everything(store: &SqliteStore) -> Result<(), StoreError> {
    let id = tenant(0).id;
    store.tenants(ALL).await?;
    store.users(id, ALL).await?;
    store.applications(id, ALL).await?;
    store.service_principals(id, ALL).await?;
    store.audit_events(id, ALL).await?;
    Ok(())
}

fn a_world() -> Vec<Change> {
    let home = tenant(0).id;
    let created = Timestamp::from_unix_secs(1_770_000_000);
    let user = User {
        id: UserId::from_guid(guid(1)),
        tenant: home,
        user_name: "ada@tenant0.example".to_owned(),
        display_name: "Ada".to_owned(),
        password_hash: PasswordHash::from_phc("$argon2id$".to_owned()),
        roles: Vec::new(),
        enabled: true,
        created,
    };
    let password = PasswordCredential {
        key_id: KeyId::from_guid(guid(2)),
        display_name: None,
        hint: "abc".to_owned(),
        digest: SecretDigest::from_bytes([7; 32]),
        start: created,
        end: created,
    };
    let application = Application {
        id: ApplicationId::from_guid(guid(3)),
        app_id: AppId::from_guid(guid(4)),
        home_tenant: home,
        display_name: "App".to_owned(),
        audience: SignInAudience::AzureADMyOrg,
        disabled: false,
        redirect_uris: RedirectUris::default(),
        identifier_uris: Vec::new(),
        required_resources: Vec::new(),
        app_roles: Vec::new(),
        scopes: Vec::new(),
        requested_token_version: None,
        tags: Vec::new(),
        created,
        owner: None,
        passwords: vec![password],
        certificates: Vec::new(),
    };
    let principal = ServicePrincipal {
        id: ServicePrincipalId::from_guid(guid(5)),
        tenant: home,
        app_id: AppId::from_guid(guid(4)),
        display_name: "App".to_owned(),
        home_tenant: Some(TenantId::from_guid(guid(6))),
        enabled: true,
        assignment_required: false,
        tags: Vec::new(),
        created,
    };
    vec![
        Change::PutTenant(tenant(0)),
        Change::PutUser(user),
        Change::PutApplication(application),
        Change::PutServicePrincipal(principal),
    ]
}

fn guid(n: u64) -> Uuid {
    Uuid::from_u64_pair(3, n)
}
