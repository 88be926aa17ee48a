//! The demo's customers.

use crate::calendar::HOUR;
use crate::stream::{Events, Settings};

/// A customer of the demo, and how its days go.
#[derive(Debug, PartialEq, Eq)]
pub struct Customer {
    /// The name of its tenant in the demo's scenario.
    pub name: &'static str,
    /// The id of its tenant there.
    pub tenant: &'static str,
    pub domain: &'static str,
    /// The short name of its Windows domain.
    pub(crate) netbios: &'static str,
    /// What all security identifiers of the domain begin with.
    pub(crate) sid_prefix: &'static str,
    /// The first three numbers of the inside addresses.
    pub(crate) network: &'static str,
    /// The address that the outside sees.
    pub(crate) public_ip: &'static str,
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    /// What local time adds to UTC, in milliseconds.
    pub(crate) offset: i64,
    /// Departments with the beginnings of their computers' names.
    pub(crate) departments: &'static [(&'static str, &'static str)],
    /// Who uses a device that the incidents name, and its last number of the address if the incidents tell it.
    pub(crate) known_devices: &'static [KnownDevice],
    /// Companies that it has to do with.
    pub(crate) partners: &'static [&'static str],
}

/// A device that the incidents name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct KnownDevice {
    pub(crate) host: &'static str,
    /// The account of the person who uses it; empty for servers.
    pub(crate) account: &'static str,
    pub(crate) last_number: u8,
}

const fn known(host: &'static str, account: &'static str, last_number: u8) -> KnownDevice {
    KnownDevice { host, account, last_number }
}

impl Customer {
    /// A food producer.
    pub const ALDER: Self = Self {
        name: "Alder Foods",
        tenant: "7a3c1f52-8d0e-4b69-9f11-0c5d2e8ab00a",
        domain: "alderfoods.example",
        netbios: "ALDERFOODS",
        sid_prefix: "S-1-5-21-4281373499-1537054989-3451734124",
        network: "10.20.4",
        public_ip: "192.0.2.10",
        country: "NL",
        city: "Utrecht",
        offset: HOUR,
        departments: &[("Finance", "wks"), ("Purchasing", "wks"), ("Plant", "wks"), ("Field sales", "lap")],
        known_devices: &[
            known("wks-014", "p.nair", 114),
            known("wks-022", "t.okafor", 122),
            known("lap-007", "audit.tester", 107),
            known("srv-file-01", "", 11),
            known("srv-erp-01", "", 12),
        ],
        partners: &["millbrook-grain.example", "coldchain-log.example", "packwell.example"],
    };

    /// Five outpatient clinics.
    pub const BIRCH: Self = Self {
        name: "Birch Clinics",
        tenant: "7a3c1f52-8d0e-4b69-9f11-0c5d2e8ab00b",
        domain: "birchclinics.example",
        netbios: "BIRCH",
        sid_prefix: "S-1-5-21-1801971739-3480539832-1601924330",
        network: "10.31.0",
        public_ip: "192.0.2.20",
        country: "US",
        city: "Albany",
        offset: -5 * HOUR,
        departments: &[("Reception", "rcp"), ("Examination", "exam"), ("Billing", "wks")],
        known_devices: &[
            known("rcp-03", "c.ferreira", 103),
            known("exam-11", "s.moreau", 111),
            known("mac-lap-02", "h.baptiste", 142),
            known("srv-dc-01", "", 10),
            known("srv-emr-01", "", 14),
        ],
        partners: &["labline.example", "northbay-insurance.example", "medsupply.example"],
    };

    /// A freight forwarder.
    pub const CEDAR: Self = Self {
        name: "Cedar Freight",
        tenant: "7a3c1f52-8d0e-4b69-9f11-0c5d2e8ab00c",
        domain: "cedarfreight.example",
        netbios: "CEDAR",
        sid_prefix: "S-1-5-21-1138064065-3636657738-2486903036",
        network: "10.44.1",
        public_ip: "192.0.2.30",
        country: "SG",
        city: "Singapore",
        offset: 8 * HOUR,
        departments: &[("Dispatch", "dsp"), ("Accounts", "wks"), ("Sales", "lap")],
        known_devices: &[
            known("dsp-05", "g.hsu", 105),
            known("lap-031", "d.ruiz", 131),
            known("srv-rds-01", "", 8),
            known("srv-tms-01", "", 9),
        ],
        partners: &["harbour-crane.example", "customs-desk.example", "quayside-fuel.example"],
    };

    /// All of them.
    pub const ALL: [&'static Self; 3] = [&Self::ALDER, &Self::BIRCH, &Self::CEDAR];

    /// By the name of its tenant.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|customer| customer.name == name)
    }

    /// What its sensors report, in the order of time.
    pub fn events(&'static self, settings: &Settings) -> Events {
        Events::of(self, settings)
    }
}
