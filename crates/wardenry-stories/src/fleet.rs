//! People and devices of a customer.

use std::collections::HashMap;

use crate::customer::Customer;
use crate::incidents;
use crate::random::{Random, key};

/// Someone with an account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) display_name: String,
    pub(crate) given_name: String,
    pub(crate) surname: String,
    pub(crate) account: String,
    pub(crate) upn: String,
    pub(crate) sid: String,
    pub(crate) object_id: String,
    pub(crate) department: &'static str,
    /// A service or test account: nobody sits behind it.
    pub(crate) is_service: bool,
    /// Where it is used, by its number.
    pub(crate) device: Option<usize>,
    pub(crate) key: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Computer,
    Server,
    Mac,
    Linux,
}

/// A device with a sensor.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) aad_id: String,
    pub(crate) platform: String,
    pub(crate) version: String,
    pub(crate) build: i64,
    pub(crate) group: String,
    pub(crate) kind: Kind,
    pub(crate) ip: String,
    pub(crate) mac: String,
    /// Who uses it, by its number.
    pub(crate) owner: Option<usize>,
    pub(crate) key: u64,
}

/// Everyone and everything.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) people: Vec<Person>,
    pub(crate) devices: Vec<Device>,
    /// The number of the first person with an address: each mail asks for two.
    by_upn: HashMap<String, usize>,
}

/// People of a customer at scale 1, beside those that the incidents name.
const PEOPLE: u32 = 18;

const GIVEN: [&str; 26] = [
    "Anna", "Bram", "Clara", "Dirk", "Elin", "Farid", "Grace", "Hugo", "Ivo", "Julia", "Karim", "Lucia",
    "Maja", "Noah", "Olga", "Petra", "Quinn", "Rosa", "Samir", "Tessa", "Uma", "Vera", "Wole", "Xenia",
    "Yusuf", "Zoe",
];
const SURNAMES: [&str; 32] = [
    "Abbas", "Bakker", "Costa", "Dahl", "Ekström", "Farkas", "Goddard", "Haddad", "Ibsen", "Jansen",
    "Keller", "Laurent", "Mercer", "Nowak", "Oyelaran", "Pons", "Quist", "Rossi", "Schuster", "Tanaka",
    "Ueda", "Vargas", "Wexler", "Yilmaz", "Zeman", "Albers", "Brandão", "Cheng", "Duarte", "Eriksen",
    "Fischer", "Gallo",
];

impl Fleet {
    pub(crate) fn of(customer: &'static Customer, scale: u32) -> Self {
        let mut fleet = Self { people: Vec::new(), devices: Vec::new(), by_upn: HashMap::new() };
        fleet.add_known_people(customer);
        fleet.add_known_devices(customer);
        for number in 0..PEOPLE.saturating_mul(scale.max(1)) {
            fleet.add_person_with_computer(customer, number);
        }
        for (number, person) in fleet.people.iter().enumerate() {
            fleet.by_upn.entry(person.upn.clone()).or_insert(number);
        }
        fleet
    }

    /// The person with an address.
    pub(crate) fn person_with_upn(&self, upn: &str) -> Option<&Person> {
        self.by_upn.get(upn).map(|number| &self.people[*number])
    }

    /// The person with an account name.
    pub(crate) fn person(&self, account: &str) -> Option<&Person> {
        self.people.iter().find(|person| person.account == account)
    }

    /// The device with a host name or full name.
    pub(crate) fn device(&self, name: &str) -> Option<&Device> {
        self.devices.iter().find(|device| {
            device.name == name || device.name.split_once('.').is_some_and(|(host, _)| host == name)
        })
    }

    fn add_known_people(&mut self, customer: &'static Customer) {
        let entities = || {
            incidents::of(customer.name)
                .iter()
                .flat_map(|incident| &incident.alerts)
                .flat_map(|alert| &alert.entities)
        };
        let shown = |upn: &str| {
            let mailbox = entities()
                .find(|entity| !entity.mailbox_display_name.is_empty() && entity.user_principal_name == upn);
            mailbox.map(|entity| entity.mailbox_display_name.clone())
        };
        for entity in entities().filter(|entity| !entity.account_name.is_empty()) {
            if self.person(&entity.account_name).is_some() {
                continue;
            }
            let initial = entity.account_name.split_once('.').filter(|(initial, _)| initial.len() == 1);
            let display_name = match (shown(&entity.user_principal_name), initial) {
                (Some(name), _) => name,
                (None, Some((initial, surname))) => {
                    let given = GIVEN.iter().find(|name| name.to_lowercase().starts_with(initial));
                    format!("{} {}", given.unwrap_or(&"Robin"), capitalised(surname))
                }
                (None, None) => entity.account_name.clone(),
            };
            let (given_name, surname) = display_name.split_once(' ').unwrap_or(("", ""));
            let number = self.people.len();
            self.people.push(Person {
                given_name: given_name.to_owned(),
                surname: surname.to_owned(),
                account: entity.account_name.clone(),
                upn: entity.user_principal_name.clone(),
                sid: entity.user_sid.clone(),
                object_id: entity.aad_user_id.clone(),
                department: customer.departments[number % customer.departments.len()].0,
                is_service: initial.is_none(),
                device: None,
                key: key(&entity.user_principal_name),
                display_name,
            });
        }
    }

    fn add_known_devices(&mut self, customer: &'static Customer) {
        let described = || incidents::of(customer.name).iter().flat_map(|incident| &incident.devices);
        for known in customer.known_devices {
            let name = format!("{}.{}", known.host, customer.domain);
            let Some(facts) = described().find(|device| device.dns_name == name) else { continue };
            let kind = match facts.os_platform.as_str() {
                "macOS" => Kind::Mac,
                "Ubuntu" => Kind::Linux,
                platform if platform.starts_with("WindowsServer") => Kind::Server,
                _ => Kind::Computer,
            };
            let owner = self.people.iter().position(|person| person.account == known.account);
            let mut random = Random::of(&[key(&name)]);
            if let Some(owner) = owner {
                self.people[owner].device = Some(self.devices.len());
            }
            self.devices.push(Device {
                id: facts.id.clone(),
                aad_id: if facts.aad_device_id.is_empty() {
                    random.guid()
                } else {
                    facts.aad_device_id.clone()
                },
                platform: facts.os_platform.clone(),
                version: facts.os_version.clone(),
                build: facts.os_build,
                group: facts.rbac_group_name.clone(),
                kind,
                ip: format!("{}.{}", customer.network, known.last_number),
                mac: mac_address(&mut random),
                owner,
                key: key(&name),
                name,
            });
        }
    }

    fn add_person_with_computer(&mut self, customer: &'static Customer, number: u32) {
        let mut random = Random::of(&[key(customer.domain), u64::from(number)]);
        let (given_name, surname) = (*random.pick(&GIVEN), *random.pick(&SURNAMES));
        let (department, prefix) = *random.pick(customer.departments);
        // A number keeps the names apart once there are more people than names.
        let account = format!("{}.{}{}", ascii(&given_name[..1]), ascii(surname), number + 1);
        let upn = format!("{account}@{}", customer.domain);
        let device = self.devices.len();
        let name = format!("{prefix}-{}.{}", 201 + number, customer.domain);
        // Beyond one network, more networks follow: the third number counts on.
        let (network, last) = (number / 100, 150 + number % 100);
        let ip = match customer.network.rsplit_once('.').map(|(first, third)| (first, third.parse::<u32>())) {
            Some((first, Ok(third))) => format!("{first}.{}.{last}", third + network % 100),
            _ => format!("{}.{last}", customer.network),
        };
        self.people.push(Person {
            display_name: format!("{given_name} {surname}"),
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            sid: format!("{}-{}", customer.sid_prefix, 6001 + number),
            object_id: random.guid(),
            department,
            is_service: false,
            device: Some(device),
            key: key(&upn),
            account,
            upn,
        });
        self.devices.push(Device {
            id: random.hex(40),
            aad_id: random.guid(),
            platform: "Windows11".to_owned(),
            version: "23H2".to_owned(),
            build: 22631,
            group: department.to_owned(),
            kind: Kind::Computer,
            ip,
            mac: mac_address(&mut random),
            owner: Some(self.people.len() - 1),
            key: key(&name),
            name,
        });
    }
}

fn mac_address(random: &mut Random) -> String {
    let digits = random.hex(10).to_uppercase();
    format!("02{digits}")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A name as account names write it.
fn ascii(name: &str) -> String {
    let plain = |letter: char| match letter {
        'ö' => 'o',
        'ã' => 'a',
        other => other,
    };
    name.to_lowercase().chars().map(plain).collect()
}
