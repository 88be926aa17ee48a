//! `/v1.0/organization`.

use serde_json::{Value, json};

use crate::world::{NOW, World};

#[tokio::test]
async fn the_organization_is_the_tokens_tenant() {
    let world = World::new().await;
    let answer = world.birch("GET", "/v1.0/organization", Value::Null).await;
    let expected = json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#organization",
        "value": [{
            "id": world.birch,
            "displayName": "Birch Clinics",
            "createdDateTime": NOW,
            "tenantType": "AAD",
            "verifiedDomains": [{
                "name": "birch.example",
                "type": "Managed",
                "capabilities": "",
                "isDefault": true,
                "isInitial": true,
            }],
        }],
    });
    assert_eq!((answer.status.as_u16(), answer.body), (200, expected));
    let user = world.user_token(world.alder, &["User.Read"], &[]);
    let selected =
        world.call("GET", "/v1.0/Organization?$select=displayName", Some(&user), Value::Null).await;
    assert_eq!(selected.body["value"], json!([{"displayName": "Alder Foods"}]));
}
