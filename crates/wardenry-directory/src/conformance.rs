//! What every [`DirectoryStore`] has to do, as tests that any backend can run.
//!
//! A backend implements [`Backend`] for a type of its tests and calls
//! [`directory_conformance!`](crate::directory_conformance) once; each case becomes a test of its own,
//! with a fresh store. A case names one property and says in its comment why it matters. The cases ask
//! through the trait alone, so they say nothing about tables.

#![expect(clippy::missing_panics_doc, reason = "a case panics when the backend lacks the property")]

use async_trait::async_trait;

use crate::store::DirectoryStore;

mod contents;
mod forms;
mod outcome;
mod samples;

pub mod app_role_assignments;
pub mod applications;
pub mod audit_events;
pub mod concurrency;
pub mod credentials;
pub mod delegated_grants;
pub mod isolation;
pub mod last_tokens;
pub mod odd_values;
pub mod reopening;
pub mod service_principals;
pub mod sessions;
pub mod signing_keys;
pub mod tenants;
pub mod transactions;
pub mod users;

/// A backend under test.
#[async_trait]
pub trait Backend: Sized + Send + Sync {
    /// Starts with an empty store that nobody else uses.
    async fn start() -> Self;

    /// The store.
    fn store(&self) -> &dyn DirectoryStore;

    /// Stops using what was kept, and opens it again as a later process would.
    async fn reopen(self) -> Self;
}

/// Hands the list of all cases to a macro, as `module { case case … }` groups: first those that take a
/// store, then, after `reopening`, those that take a [`Backend`].
#[doc(hidden)]
#[macro_export]
macro_rules! for_each_directory_case {
    ([$($receiver:tt)+] $($argument:tt)*) => {
        $($receiver)+! {
            $($argument)*
            app_role_assignments {
                assignments_are_found_by_id_and_by_both_ends
                assignments_are_listed_by_age_then_id
                ids_differ_by_letter_case_and_last_character
                access_without_a_role_can_be_assigned
                one_permission_is_assigned_once
                an_assignment_is_never_replaced
                both_ends_have_to_exist_in_the_tenant
                a_removed_assignment_is_gone_and_can_be_granted_again
                removing_what_is_not_there_is_refused
            }
            applications {
                an_application_is_found_by_every_name_with_all_it_has
                an_application_may_have_nothing_but_its_name
                putting_again_replaces_everything_but_the_credentials
                a_new_application_brings_its_credentials
                an_app_id_belongs_to_one_application
                an_object_id_belongs_to_one_application
                an_identifier_uri_belongs_to_one_application
                identifier_uris_are_compared_exactly
                an_identifier_uri_can_move_within_a_commit
                the_home_tenant_has_to_exist
                deleting_takes_credentials_and_names_along
                deleting_leaves_service_principals
                deleting_what_is_not_there_is_refused
                applications_are_listed_by_age_then_id
            }
            audit_events {
                the_log_is_read_from_its_end
                of_one_instant_the_later_commit_comes_first
                every_kind_of_actor_is_kept
                a_commit_without_changes_still_leaves_its_event
                an_event_is_recorded_once
                a_filter_lets_through_what_it_names
                where_an_event_came_from_may_be_unknown
            }
            concurrency {
                one_of_many_takes_a_name
                one_of_many_makes_the_service_principal
                commits_of_different_things_all_succeed
                a_finished_commit_is_seen_by_every_reader
                nobody_sees_half_a_commit
                an_application_and_its_credentials_are_of_one_moment
            }
            credentials {
                credentials_are_listed_in_the_order_of_their_addition
                a_removed_credential_is_gone_and_the_others_stay
                a_key_id_is_taken_once_in_an_application
                two_applications_may_use_one_key_id
                the_application_has_to_exist
                removing_what_is_not_there_is_refused
            }
            delegated_grants {
                grants_of_a_client_are_listed_by_age_then_id
                putting_again_replaces_the_scopes
                a_client_has_one_grant_for_all_users
                a_client_has_one_grant_per_user
                client_resource_and_user_have_to_exist_in_the_tenant
                a_removed_grant_is_gone_and_can_be_given_again
                removing_what_is_not_there_is_refused
            }
            isolation {
                users_of_another_tenant_are_not_found
                applications_of_another_tenant_are_not_found
                service_principals_of_another_tenant_are_not_found
                assignments_of_another_tenant_are_not_found
                grants_of_another_tenant_are_not_found
                audit_events_of_another_tenant_are_not_found
                nothing_is_removed_in_the_name_of_another_tenant
            }
            last_tokens {
                the_latest_time_of_each_application_is_kept
            }
            odd_values {
                texts_come_back_as_they_went_in
                times_may_lie_at_the_ends_of_the_range
                big_values_come_back_whole
            }
            service_principals {
                a_service_principal_is_found_by_id_and_by_app
                a_new_resource_comes_to_all_tenants_or_to_none
                putting_again_replaces_everything
                an_application_has_one_service_principal_in_a_tenant
                an_application_has_a_service_principal_in_each_tenant
                the_tenant_has_to_exist
                deleting_takes_every_grant_to_it_and_on_it_along
                deleting_what_is_not_there_is_refused
                service_principals_are_listed_by_age_then_id
                the_principals_of_an_application_are_listed_over_all_tenants
            }
            sessions {
                a_session_is_found_by_its_digest_until_it_is_removed
                a_digest_is_taken_once
                ended_sessions_are_removed_together
                sessions_of_a_user_are_listed_by_age
                the_user_has_to_exist_in_the_tenant
                removing_what_is_not_there_is_refused
            }
            signing_keys {
                keys_are_listed_oldest_first
                a_key_id_is_taken_once
            }
            tenants {
                a_tenant_is_found_by_id_and_by_each_domain
                what_was_never_put_is_not_found
                putting_again_replaces_everything
                a_tenant_may_have_no_domain
                a_domain_belongs_to_one_tenant
                a_domain_is_named_once
                a_domain_can_move_within_a_commit
                tenants_are_listed_by_age_then_id
            }
            transactions {
                later_changes_see_earlier_ones
                changes_are_applied_in_their_order
                a_refused_change_undoes_those_before_it
                what_a_refused_commit_named_can_be_used_afterwards
            }
            users {
                a_user_is_found_by_id_and_by_name
                putting_again_replaces_everything
                a_user_name_belongs_to_one_user_of_all_tenants
                the_tenant_has_to_exist
                users_are_listed_by_age_then_id
            }
            reopening {
                everything_is_there_afterwards
                what_was_removed_stays_removed
                what_was_taken_stays_taken
            }
        }
    };
}

/// Makes a test of every case, run on `$backend`, a type that implements
/// [`Backend`](crate::conformance::Backend).
///
/// The calling crate needs `tokio` with its macros and the multi-thread runtime.
#[macro_export]
macro_rules! directory_conformance {
    ($backend:ident) => {
        $crate::for_each_directory_case! { [$crate::directory_conformance] (tests on $backend) }
    };
    ((tests on $backend:ident)
        $($module:ident { $($case:ident)+ })+
    ) => {
        $($crate::directory_conformance! { (module on $backend) $module { $($case)+ } })+
    };
    ((module on $backend:ident) reopening { $($case:ident)+ }) => {
        mod reopening {
            use super::$backend;
            use $crate::conformance::Backend as _;

            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::conformance::reopening::$case($backend::start().await).await;
            })+
        }
    };
    ((module on $backend:ident) $module:ident { $($case:ident)+ }) => {
        mod $module {
            use super::$backend;
            use $crate::conformance::Backend as _;

            $(#[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let backend = $backend::start().await;
                $crate::conformance::$module::$case(backend.store()).await;
            })+
        }
    };
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    macro_rules! listed {
        ($($module:ident { $($case:ident)+ })+) => {
            vec![$($(concat!(stringify!($module), "::", stringify!($case))),+),+]
        };
    }

    /// Every `pub async fn` in the files beside this one.
    fn written() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
        let mut cases = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let module = path.file_stem().unwrap().to_str().unwrap();
            for line in fs::read_to_string(&path).unwrap().lines() {
                if let Some(signature) = line.strip_prefix("pub async fn ") {
                    let name = signature.split(['(', '<']).next().unwrap();
                    cases.push(format!("{module}::{name}"));
                }
            }
        }
        cases
    }

    #[test]
    fn every_case_is_listed() {
        let mut written = written();
        let mut listed = crate::for_each_directory_case!([listed]);
        written.sort();
        listed.sort_unstable();
        assert_eq!(listed, written);
    }
}
