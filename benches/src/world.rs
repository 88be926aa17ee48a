//! Scenario files of any size: a partner with one application, and customers that have all consented.

use std::fmt::Write as _;

/// What the partner's application is asked for; written to the scenario and granted in every tenant.
const PERMISSION: &str = "Incident.Read.All";

/// The tenant id of a customer, counted from 0.
pub(crate) fn customer_id(index: u32) -> String {
    format!("5eed0000-0000-4000-8000-{index:012x}")
}

/// A scenario with so many customers.
pub(crate) fn scenario(customers: u32) -> String {
    let mut text = format!(
        r#"[[tenants]]
name = "Partner"
part = "partner"
domains = ["partner.example"]
licensed = ["Microsoft Threat Protection"]

[[tenants.applications]]
name = "Connector"
audience = "AzureADMultipleOrgs"
permissions = [{{ resource = "Microsoft Threat Protection", application = ["{PERMISSION}"] }}]
"#
    );
    for index in 0..customers {
        let id = customer_id(index);
        let written = write!(
            text,
            r#"
[[tenants]]
id = "{id}"
name = "Customer {index}"
part = "customer"
domains = ["customer-{index}.example"]
licensed = ["Microsoft Threat Protection"]

[[consents]]
application = "Connector"
tenant = "Customer {index}"
"#
        );
        written.expect("writing to a text does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_customer_has_an_id_of_its_own_and_a_consent() {
        let text = scenario(12);
        assert_eq!(customer_id(11), "5eed0000-0000-4000-8000-00000000000b");
        for index in 0..12 {
            assert_eq!(text.matches(&format!("id = \"{}\"", customer_id(index))).count(), 1);
            assert_eq!(text.matches(&format!("\ntenant = \"Customer {index}\"\n")).count(), 1);
        }
    }
}
