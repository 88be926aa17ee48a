#!/bin/sh
# An access token from the v2 endpoint. The argument says how the fields are given: --data or --data-urlencode.
set -eu
curl --silent --show-error --max-time 30 --cacert "$CA_FILE" \
    -i -X POST -H "Content-Type:application/x-www-form-urlencoded" \
    "$1" "grant_type=client_credentials" \
    "$1" "client_id=$CLIENT_ID" \
    "$1" "scope=https://securitycenter.onmicrosoft.com/windowsatpservice/.default" \
    "$1" "client_secret=$CLIENT_SECRET" \
    "$AUTHORITY/$TENANT/oauth2/v2.0/token"
