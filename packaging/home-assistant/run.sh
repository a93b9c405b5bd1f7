#!/bin/sh
# Made from plugin.manifest.json by 'automation packaging'.
set -eu
options="${OPTIONS_FILE:-/data/options.json}"
config="${CONFIG_FOLDER:-/config}"

# A first start gets an empty site in the time zone of Home Assistant.
if [ ! -e "$config/automation.json" ]; then
  mkdir -p "$config/rules"
  printf '{ "id": "home", "name": "Home", "timeZone": "%s", "devices": [] }\n' "${TZ:-Etc/UTC}" > "$config/site.json"
  printf '{\n  "sites": [ { "site": "site.json", "rules": ["rules"] } ]\n}\n' > "$config/automation.json"
fi

# The passwords that site files name. Values come quoted by jq, so that no value is read as a command.
if [ -e "$options" ]; then
  eval "$(jq -r '.environment[]? | "export \(.name)=\(.value | @sh)"' "$options")"
fi

exec "${APP_FOLDER:-/app}"/automation run --config "$config/automation.json" --data "${DATA_FOLDER:-/data}"
