//! The file that tells test suites where a development server is and how to get in.

use std::fmt::Write as _;
use std::path::Path;

use wardenry_core::catalogue::THREAT_PROTECTION;
use wardenry_core::secret::SecretString;

use super::RunningServer;
use super::assembly::write_private;
use super::seeding::Seeded;
use crate::failure::Failure;

/// Writes the addresses, ids and secrets as `KEY=value` lines, in one step.
pub(crate) fn write(path: &Path, server: &RunningServer, seeded: &Seeded) -> Result<(), Failure> {
    write_private(path, text(server, seeded).expose().as_bytes())
}

fn text(server: &RunningServer, seeded: &Seeded) -> SecretString {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        let _infallible = writeln!(text, "{key}={}", shell_word(value));
    };
    let origin = server.origin();
    line("AUTHORITY", origin);
    line("API_BASE", origin);
    line("GRAPH_BASE", origin);
    line("PORTAL", &format!("{origin}/portal"));
    if let Some(ca_file) = &server.ca_file {
        line("CA_FILE", &ca_file.display().to_string());
    }
    let resource = THREAT_PROTECTION.identifiers[0];
    line("RESOURCE", resource);
    line("SCOPE", &format!("{resource}/.default"));
    if let Some(partner) = seeded.partner() {
        line("PARTNER_TENANT", &partner.id.to_string());
        admin_lines(&mut line, "PARTNER_", partner);
    }
    let customers: Vec<_> = seeded.customers().map(|tenant| tenant.id.to_string()).collect();
    line("CUSTOMER_TENANTS", &customers.join(","));
    let names: Vec<_> = seeded.customers().map(|tenant| tenant.name.replace(',', " ")).collect();
    line("CUSTOMER_NAMES", &names.join(","));
    if let Some(first) = seeded.customers().next() {
        line("TENANT", &first.id.to_string());
        admin_lines(&mut line, "", first);
    }
    if let Some(client) = &seeded.client {
        line("CLIENT_ID", &client.app_id.to_string());
        line("CLIENT_SECRET", client.secret.expose());
    }
    SecretString::new(text)
}

/// The value as it is, or in single quotes where a shell would take it apart.
fn shell_word(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,~".contains(c);
    if value.chars().all(plain) { value.to_owned() } else { format!("'{}'", value.replace('\'', "'\\''")) }
}

fn admin_lines(line: &mut impl FnMut(&str, &str), prefix: &str, tenant: &super::seeding::SeededTenant) {
    if let Some(admin) = &tenant.administrator {
        line(&format!("{prefix}ADMIN_USER"), &admin.user_name);
        line(&format!("{prefix}ADMIN_PASSWORD"), admin.password.expose());
    }
    if let Some(automation) = &tenant.automation {
        line(&format!("{prefix}ADMIN_CLIENT_ID"), &automation.app_id.to_string());
        line(&format!("{prefix}ADMIN_CLIENT_SECRET"), automation.secret.expose());
    }
}
