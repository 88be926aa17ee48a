//! The partner's SDK: tokens per customer tenant, typed calls, consent onboarding.
//!
//! It talks to the vendor's clouds or to a Wardenry server; moving from one to the other changes the
//! [`CloudProfile`](wardenry_core::cloud::CloudProfile) and nothing else. [`Tenant`] is a type that
//! every call takes: nothing here knows a "current" tenant, so a call cannot reach the wrong customer
//! by accident.
//!
//! It deliberately has no configuration files, no registry of tenants and no output: the first two are
//! `wardenry-fleet`'s, the last is the command line's. It reads neither the environment nor the system
//! clock; both are passed in.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use futures_util::TryStreamExt as _;
//! use wardenry_client::{
//!     Client, ClientSettings, Credential, EndpointVersion, IncidentQuery, Tenant, TokenCache, Transport,
//!     TransportOptions,
//! };
//! use wardenry_core::{cloud::CloudProfile, entropy::SystemEntropy, time::SystemClock};
//!
//! # async fn example(secret: wardenry_core::secret::SecretString) -> Result<(), Box<dyn std::error::Error>> {
//! let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
//! let transport = Transport::new(&TransportOptions::default(), clock.clone(), entropy.clone())?;
//! let client = Client::new(
//!     ClientSettings {
//!         cloud: CloudProfile::self_hosted("https://localhost:8443"),
//!         app: "11111111-2222-4333-8444-555555555555".parse()?,
//!         credential: Credential::Secret(secret),
//!         endpoint: EndpointVersion::V2,
//!     },
//!     transport,
//!     TokenCache::new(clock),
//! )?;
//! let tenant = Tenant::parse("alderfoods.example")?;
//! let mut incidents = std::pin::pin!(client.list_incidents(&tenant, &IncidentQuery::default()));
//! while let Some(incident) = incidents.try_next().await? {
//!     println!("{} {}", incident.incident_id, incident.incident_name);
//! }
//! # Ok(())
//! # }
//! ```

mod assertion;
mod client;
mod consent;
mod credential;
mod directory;
mod discovery;
mod error;
mod hunting;
mod incidents;
mod ingest;
mod key_value_file;
mod paging;
mod retry;
mod tenant;
mod token;
mod token_cache;
mod transport;

pub use assertion::CertificateCredential;
pub use client::{Client, ClientSettings};
pub use consent::{ConsentForm, ConsentState, ConsentUrlError, consent_url, missing_permissions};
pub use credential::{
    Credential, CredentialError, CredentialSource, Environment, LoadedCredential, SecretSource,
};
pub use directory::{
    AppRoleAssignment, Application, ApplicationRef, KeyCredential, NewApplication, NewPassword,
    PasswordCredential, RequiredResourceAccess, ResourceAccess, ServicePrincipal, WebApplication,
};
pub use discovery::AuthorityKeys;
pub use error::{ApiError, CertificateProblem, Error, OAuthError, Surface};
pub use hunting::{
    ColumnType, HuntingColumn, HuntingRequest, HuntingResult, HuntingShape, HuntingStatistics,
};
pub use incidents::{
    Alert, AlertStatus, Classification, Comment, Determination, Device, Entity, Incident, IncidentFilter,
    IncidentQuery, IncidentStatus, Severity,
};
pub use ingest::{EventBatch, IngestReceipt, QuarantinedRecord};
pub use key_value_file::{KeyValueError, parse_key_values};
pub use retry::RetryPolicy;
pub use tenant::{ParseTenantError, Tenant, TenantName};
pub use token::{AccessToken, TokenTarget};
pub use token_cache::TokenCache;
pub use transport::{ServerGreeting, Transport, TransportError, TransportOptions};

pub use wardenry_oauth::EndpointVersion;
