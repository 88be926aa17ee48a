//! Enterprise applications: what they may do, and taking it back.

use wardenry_core::catalogue::{DirectoryRole, THREAT_PROTECTION};
use wardenry_core::id::ServicePrincipalId;
use wardenry_directory::admin::NewUser;
use wardenry_directory::consent::wish_for;
use wardenry_directory::registration::ApplicationPatch;

use crate::browser::{Browser, HtmlForm};
use crate::world::{
    CONNECTOR, CUSTOMER, CUSTOMER_ADMIN, PARTNER, PARTNER_ADMIN, PARTNER_CLERK, PASSWORD, World,
};

async fn connector_at(world: &World) -> ServicePrincipalId {
    let reader = world.operator.reader(CUSTOMER);
    world.directory.service_principal_by_app_id(&reader, CONNECTOR).await.unwrap().id
}

async fn customer_roles(world: &World) -> Vec<String> {
    let client = world.directory.client(CUSTOMER, CONNECTOR).await.unwrap().unwrap();
    client
        .principal
        .as_ref()
        .map_or_else(Vec::new, |principal| principal.roles_on(THREAT_PROTECTION.app_id).to_vec())
}

#[tokio::test]
async fn foreign_applications_come_first_with_their_publisher_and_what_they_may_do() {
    let world = World::consented().await;
    world.directory.note_token(CUSTOMER, CONNECTOR).unwrap().await.unwrap();
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let list = ada.open("/portal/enterprise").await;
    assert_eq!(list.heading(), "Enterprise applications");
    let (foreign, first_party) = (
        list.text.find("Harbour Connector").unwrap(),
        list.text.find(THREAT_PROTECTION.display_name).unwrap(),
    );
    assert!(foreign < list.text.find("Resources of the platform").unwrap() && foreign < first_party);
    for part in ["Harbour Watch", "harbour.example", "reads data of everybody", "2027-01-15 08:00 UTC"] {
        assert!(list.text.contains(part), "{part}: {}", list.text);
    }
    assert!(!list.text.contains("none yet"));
    let page = ada.open(&format!("/portal/enterprise/{}", connector_at(&world).await)).await;
    assert_eq!(page.heading(), "Harbour Connector");
    for part in [CUSTOMER_ADMIN, "Harbour Connector: Incident.Read.All", &CONNECTOR.to_string(), "verified"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let found = ada.open(&format!("/portal/enterprise?q={CONNECTOR}")).await;
    assert!(found.text.contains("Harbour Connector") && !found.text.contains("Resources of the platform"));
    let nothing = ada.open("/portal/enterprise?q=nothing+like+it").await;
    assert!(nothing.text.contains("Nothing found"));
    assert!(ada.open("/portal/enterprise?page=7").await.text.contains("Nothing found"));
}

#[tokio::test]
async fn one_permission_is_taken_back_and_the_rest_stays() {
    let world = World::new().await;
    let wish =
        wish_for(&THREAT_PROTECTION, &["Incident.Read.All", "AdvancedHunting.Read.All"], &["Incident.Read"]);
    let patch =
        ApplicationPatch { required_resources: Some(vec![wish.unwrap()]), ..ApplicationPatch::default() };
    let admin = world.operator.application_admin(PARTNER);
    let application = world.directory.application_by_app_id(&world.operator.reader(PARTNER), CONNECTOR).await;
    world.directory.update_application(&admin, application.unwrap().id, patch).await.unwrap();
    world.consent().await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let here = format!("/portal/enterprise/{}/permissions", connector_at(&world).await);
    let page = ada.open(&here).await;
    let forms: Vec<_> =
        HtmlForm::all_of(&page).into_iter().filter(|form| form.action.starts_with(&here)).collect();
    let actions: Vec<_> = forms.iter().map(|form| form.action.trim_start_matches(&here)).collect();
    assert_eq!(actions, ["/revoke", "/revoke", "/revoke-scope"]);
    assert_eq!(customer_roles(&world).await.len(), 2);
    let page = ada.submit(&page, &format!("{here}/revoke"), &[]).await;
    assert!(page.text.contains("The permission is taken back"), "{}", page.text);
    assert_eq!(customer_roles(&world).await.len(), 1);
    let page = ada.submit(&page, &format!("{here}/revoke-scope"), &[]).await;
    assert!(!page.text.contains("Delegated"));
    let page = ada.submit(&page, &format!("{here}/revoke"), &[]).await;
    assert!(page.text.contains("It may do nothing"));
    assert!(customer_roles(&world).await.is_empty());
    // What was gone when the form was sent is told.
    let again = ada.post(&forms[0].action, &forms[0].fields).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn sign_in_is_disabled_and_the_application_is_shut_out_when_its_name_is_typed() {
    let world = World::consented().await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let here = format!("/portal/enterprise/{}/settings", connector_at(&world).await);
    let page = ada.open(&here).await;
    let off = ada.submit(&page, &format!("{here}/enabled"), &[("enabled", "no")]).await;
    assert!(off.text.contains("Sign-in is disabled"));
    let client = world.directory.client(CUSTOMER, CONNECTOR).await.unwrap().unwrap();
    assert!(!client.principal.as_ref().unwrap().enabled);
    let on = ada.submit(&off, &format!("{here}/enabled"), &[("enabled", "yes")]).await;
    assert!(on.text.contains("Sign-in is enabled"));
    let refused = ada.submit(&on, &format!("{here}/delete"), &[("name", "Harbour")]).await;
    assert_eq!(refused.status, 400);
    let list = ada.submit(&on, &format!("{here}/delete"), &[("name", "Harbour Connector")]).await;
    assert!(
        list.text.contains("The application is shut out")
            && list.text.contains("No application has been let in")
    );
    let client = world.directory.client(CUSTOMER, CONNECTOR).await.unwrap().unwrap();
    assert!(client.principal.is_none());
    // A resource of the platform cannot be deleted, by the page or past it.
    let reader = world.operator.reader(CUSTOMER);
    let resource =
        world.directory.service_principal_by_app_id(&reader, THREAT_PROTECTION.app_id).await.unwrap();
    let here = format!("/portal/enterprise/{}/settings", resource.id);
    let page = ada.open(&here).await;
    assert!(!page.text.contains("Type the name"));
    let token = HtmlForm::all_of(&page)[0].fields[0].clone();
    let name = ("name".to_owned(), THREAT_PROTECTION.display_name.to_owned());
    assert_eq!(ada.post(&format!("{here}/delete"), &[token, name]).await.status, 403);
}

#[tokio::test]
async fn people_without_the_role_look_and_cannot_touch_and_nobody_reaches_another_organisation() {
    let world = World::consented().await;
    let reader = world.operator.reader(PARTNER);
    let id = world.directory.service_principal_by_app_id(&reader, CONNECTOR).await.unwrap().id;
    let mut clerk = Browser::of(&world, PARTNER_CLERK).await;
    let here = format!("/portal/enterprise/{id}");
    for tail in ["", "/permissions", "/settings"] {
        let page = clerk.open(&format!("{here}{tail}")).await;
        assert_eq!(page.status, 200, "{tail}");
        let actions: Vec<_> = HtmlForm::all_of(&page).into_iter().map(|form| form.action).collect();
        assert_eq!(actions, ["/portal/sign-out"], "{tail}");
    }
    let home = clerk.open("/portal").await;
    let token = HtmlForm::all_of(&home)[0].fields[0].clone();
    for tail in ["/permissions/revoke", "/permissions/revoke-scope", "/settings/enabled", "/settings/delete"]
    {
        let answer = clerk.post(&format!("{here}{tail}"), std::slice::from_ref(&token)).await;
        assert_eq!(answer.status, 403, "{tail}");
    }
    let mut petra = Browser::of(&world, PARTNER_ADMIN).await;
    let foreign = connector_at(&world).await;
    for address in [format!("/portal/enterprise/{foreign}"), "/portal/enterprise/nonsense".to_owned()] {
        assert_eq!(petra.open(&address).await.status, 404, "{address}");
    }
}

#[tokio::test]
async fn an_administrator_of_applications_may_shut_out_and_not_revoke_one_permission() {
    let world = World::consented().await;
    let new = NewUser {
        user_name: "app@alder.example".to_owned(),
        display_name: "App".to_owned(),
        password: PASSWORD.into(),
        roles: vec![DirectoryRole::CloudApplicationAdministrator],
    };
    world.directory.create_user(&world.operator, CUSTOMER, new).await.unwrap();
    let mut admin = Browser::of(&world, "app@alder.example").await;
    let here = format!("/portal/enterprise/{}", connector_at(&world).await);
    let permissions = admin.open(&format!("{here}/permissions")).await;
    assert!(
        !permissions.text.contains(">Revoke<") && permissions.text.contains("Privileged Role Administrator")
    );
    assert!(admin.open(&format!("{here}/settings")).await.text.contains("Delete this application"));
}

#[tokio::test]
async fn a_hostile_name_stays_a_name_on_every_page() {
    let world = World::new().await;
    let hostile = "</h1><script>alert(1)</script>\u{202e}evil\u{7}&amp;";
    let admin = world.operator.application_admin(PARTNER);
    let application = world.directory.application_by_app_id(&world.operator.reader(PARTNER), CONNECTOR).await;
    let patch = ApplicationPatch { display_name: Some(hostile.to_owned()), ..ApplicationPatch::default() };
    let renamed = world.directory.update_application(&admin, application.unwrap().id, patch).await;
    // Control characters are refused at the registration already.
    let name = match renamed {
        Ok(_) => hostile.to_owned(),
        Err(_) => {
            let name = hostile.replace('\u{7}', "");
            let application =
                world.directory.application_by_app_id(&world.operator.reader(PARTNER), CONNECTOR).await;
            let patch = ApplicationPatch { display_name: Some(name.clone()), ..ApplicationPatch::default() };
            world.directory.update_application(&admin, application.unwrap().id, patch).await.unwrap();
            name
        }
    };
    world.consent().await;
    let mut ada = Browser::of(&world, CUSTOMER_ADMIN).await;
    let here = format!("/portal/enterprise/{}", connector_at(&world).await);
    let escaped =
        name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\u{7}', "\u{fffd}");
    for address in [
        "/portal/enterprise".to_owned(),
        here.clone(),
        format!("{here}/settings"),
        "/portal/audit".to_owned(),
    ] {
        let page = ada.open(&address).await;
        assert!(!page.text.contains("<script>alert"), "{address}");
        assert!(page.text.contains(&escaped), "{address}: {}", page.text);
        assert!(!page.text.contains('\u{7}'), "{address}");
    }
    let page = ada.open(&format!("{here}/settings")).await;
    let list = ada.submit(&page, &format!("{here}/settings/delete"), &[("name", name.as_str())]).await;
    assert!(list.text.contains("The application is shut out"));
}
