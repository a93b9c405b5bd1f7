using System.Globalization;

namespace Automation.Host.Hub.Packaging;

/// <summary>The systemd unit: a user of its own, nothing writable but the data folder.</summary>
internal static class SystemdUnit
{
    /// <summary>Where the program, its configuration and its data are: the places of the Filesystem Hierarchy Standard.</summary>
    public static string Write(PluginManifest manifest) => string.Create(CultureInfo.InvariantCulture, $"""
        # Made from plugin.manifest.json by 'automation packaging'.
        # Program in /opt/{manifest.Id}, configuration in /etc/{manifest.Id}, data in /var/lib/{manifest.Id}.
        [Unit]
        Description={manifest.Description}
        Wants=network-online.target
        After=network-online.target time-sync.target

        [Service]
        Type=exec
        ExecStart={manifest.CommandLine($"/opt/{manifest.Id}/", $"/etc/{manifest.Id}/automation.json", $"/var/lib/{manifest.Id}")}
        KillSignal={manifest.StopSignal}
        TimeoutStopSec={manifest.StopSeconds}
        Restart=always
        RestartSec=2
        # Passwords that site files name, one NAME=value a line, readable by root only.
        EnvironmentFile=-/etc/{manifest.Id}/environment

        DynamicUser=yes
        StateDirectory={manifest.Id}
        StateDirectoryMode=0700
        ConfigurationDirectory={manifest.Id}
        UMask=0077
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectKernelTunables=yes
        ProtectKernelModules=yes
        ProtectControlGroups=yes
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        RestrictNamespaces=yes
        LockPersonality=yes
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        SystemCallArchitectures=native
        LimitNOFILE=65536

        [Install]
        WantedBy=multi-user.target

        """);
}
