//! Entities: one flat form for all kinds, in which only what is known appears.

use serde::Serialize;
use wardenry_core::time::Timestamp;
use wardenry_incidents::model::{
    Account, DeviceId, Entity, Evidence, File, Process, RemediationStatus, Verdict,
};

use super::Shown;

/// A piece of evidence; `entityType` tells which members to expect.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntityWire<'a> {
    entity_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence_creation_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation_status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha1: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_command_line: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process_creation_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_process_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_process_creation_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_hive: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_value_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_sid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aad_user_id: Option<Shown<uuid::Uuid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_principal_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox_display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mailbox_address: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_by_value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    internet_message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_group_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<&'a str>,
}

impl<'a> EntityWire<'a> {
    pub(super) fn of(entity: &'a Entity) -> Self {
        let mut wire = Self {
            entity_type: entity.evidence.entity_type().as_str(),
            evidence_creation_time: entity.created,
            verdict: entity.verdict.map(Verdict::as_str),
            remediation_status: entity.remediation_status.map(RemediationStatus::as_str),
            device_id: entity.device_id.as_ref().map(DeviceId::as_str),
            ..Self::default()
        };
        wire.add(&entity.evidence);
        wire
    }

    fn add(&mut self, evidence: &'a Evidence) {
        match evidence {
            Evidence::User(account) => self.add_account(account),
            Evidence::Ip { address } => self.ip_address = Some(address),
            Evidence::Url { url } => self.url = Some(url),
            Evidence::File(file) => self.add_file(file),
            Evidence::Process(process) => self.add_process(process),
            Evidence::Mailbox(mailbox) => {
                self.add_account(&mailbox.account);
                self.mailbox_display_name = mailbox.display_name.as_deref();
                self.mailbox_address = Some(&mailbox.address);
            }
            Evidence::MailMessage(mail) => {
                self.user_principal_name = mail.user_principal_name.as_deref();
                self.sender = Some(&mail.sender);
                self.recipient = Some(&mail.recipient);
                self.subject = Some(&mail.subject);
                self.delivery_action = mail.delivery_action.as_deref();
                self.internet_message_id = mail.internet_message_id.as_deref();
            }
            Evidence::MailCluster(cluster) => {
                self.cluster_by = Some(&cluster.cluster_by);
                self.cluster_by_value = cluster.cluster_by_value.as_deref();
                self.email_count = cluster.email_count;
            }
            Evidence::SecurityGroup { id, name } => {
                self.security_group_id = Some(id);
                self.security_group_name = Some(name);
            }
            Evidence::Registry(registry) => {
                self.registry_hive = Some(&registry.hive);
                self.registry_key = Some(&registry.key);
                self.registry_value_type = registry.value_type.as_deref();
                self.registry_value = registry.value.as_deref();
            }
        }
    }

    fn add_account(&mut self, account: &'a Account) {
        self.account_name = account.account_name.as_deref();
        self.domain_name = account.domain_name.as_deref();
        self.user_sid = account.sid.as_deref();
        self.aad_user_id = account.directory_id.map(Shown);
        self.user_principal_name = account.user_principal_name.as_deref();
    }

    fn add_file(&mut self, file: &'a File) {
        self.sha1 = file.sha1.as_deref();
        self.sha256 = file.sha256.as_deref();
        self.file_name = file.name.as_deref();
        self.file_path = file.path.as_deref();
    }

    fn add_process(&mut self, process: &'a Process) {
        self.add_file(&process.image);
        self.add_account(&process.account);
        self.process_id = Some(process.id);
        self.process_command_line = process.command_line.as_deref();
        self.process_creation_time = process.created;
        self.parent_process_id = process.parent_id;
        self.parent_process_creation_time = process.parent_created;
    }
}
