using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Automation.Host.Hub.Packaging;

/// <summary>The folder of a Home Assistant add-on: what the Supervisor reads, how the image is made, how it starts, what its owner reads.</summary>
internal static class HomeAssistantAddOn
{
    public static IEnumerable<(string Name, string Text)> Files(PluginManifest manifest)
    {
        yield return ("config.yaml", Config(manifest));
        yield return ("Dockerfile", Dockerfile(manifest));
        yield return ("run.sh", Start(manifest));
        yield return ("DOCS.md", Docs(manifest));
    }

    private static string Config(PluginManifest manifest)
    {
        var ports = new StringBuilder();
        var meanings = new StringBuilder();
        foreach ((int port, string meaning) in manifest.Ports)
        {
            ports.Append(CultureInfo.InvariantCulture, $"\n  {port}/tcp: null");
            meanings.Append(CultureInfo.InvariantCulture, $"\n  {port}/tcp: {Quoted(meaning)}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"""
            # Made from plugin.manifest.json by 'automation packaging'.
            name: {Quoted(manifest.Name)}
            version: {Quoted(manifest.Version)}
            slug: {manifest.Id}
            description: {Quoted(manifest.Description)}
            arch:
              - aarch64
              - amd64
            startup: services
            boot: auto
            init: false
            timeout: {manifest.StopSeconds}
            map:
              - type: addon_config
                read_only: false
            # Closed until their owner opens them; Home Assistant reaches the add-on without.
            ports:{ports}
            ports_description:{meanings}
            services:
              - mqtt:want
            options:
              environment: []
            schema:
              environment:
                - name: match(^[A-Za-z_][A-Za-z0-9_]*$)
                  value: password

            """);
    }

    private static string Dockerfile(PluginManifest manifest) => string.Create(CultureInfo.InvariantCulture, $"""
        # Made from plugin.manifest.json by 'automation packaging'.
        # The folder "app" beside this file is what 'dotnet publish src/Automation.Host -c Release -o app' made.
        FROM mcr.microsoft.com/dotnet/aspnet:{manifest.Runtime}
        RUN apt-get update && apt-get install -y --no-install-recommends curl jq && rm -rf /var/lib/apt/lists/*
        COPY app/ /app/
        COPY run.sh /run.sh
        RUN chmod 0755 /run.sh
        STOPSIGNAL {manifest.StopSignal}
        # The health page is for the container itself; the Supervisor's watchdog sees what this says.
        HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD curl -fsS -o /dev/null http://127.0.0.1:{manifest.HealthPort}{manifest.HealthPath}
        CMD ["/run.sh"]

        """);

    private static string Start(PluginManifest manifest) => string.Create(CultureInfo.InvariantCulture, $$"""
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

        exec {{manifest.CommandLine("\"${APP_FOLDER:-/app}\"/", "\"$config/automation.json\"", "\"${DATA_FOLDER:-/data}\"")}}

        """);

    private static string Docs(PluginManifest manifest) => string.Create(CultureInfo.InvariantCulture, $"""
        # {manifest.Name}

        {manifest.Description}

        1. Start the add-on once. It writes `automation.json` and `site.json` into its configuration folder (`addon_configs/…_{manifest.Id}`).
        2. Describe your devices in `site.json` (`automation discover` writes it for you), put rules into `rules/`.
        3. Passwords belong into the option `environment`: the name that the site file gives as `passwordEnv`, and the value.
        4. To use the broker of Home Assistant, set `mqtt.external` in `automation.json` (host `core-mosquitto`); otherwise the embedded broker is used:
           open its port in the add-on's network settings, and let it listen there (`mqtt.broker.listeners`).
        5. Devices and rules then appear in Home Assistant by themselves.

        The add-on is up when its health page answers; with the watchdog switched on the Supervisor restarts it when it does not. It stops within {manifest.StopSeconds} seconds and loses nothing.

        """);

    /// <summary>A JSON string is a YAML string.</summary>
    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
