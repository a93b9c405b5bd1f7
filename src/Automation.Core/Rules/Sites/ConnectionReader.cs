using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads how a device is reached: at an address of its own, through a receiver gateway, or both (DEV-3).</summary>
internal static class ConnectionReader
{
    private const int MaxPins = 4;
    private const string PinStart = "sha256/";
    private static readonly string[] Names = ["url", "user", "password", "passwordEnv", "login", "events", "tls", "dialect", "gateway", "devIndex"];

    /// <summary>What makes no sense without an address of its own.</summary>
    private static readonly string[] OwnNames = ["user", "password", "passwordEnv", "login", "events", "tls"];
    private static readonly string[] TlsNames = ["pin", "acceptSelfSigned"];

    public static DeviceConnectionInfo? Read(ReadContext context, JsonNode node, ResourceAddress device, PasswordReader passwords, GatewayReader gateways)
    {
        if (!ObjectReader.TryOpen(context, node, "'connection'", Names, out ObjectReader reader)) return null;
        (ResourceAddress gateway, string? devIndex) = gateways.Read(reader, device);
        string dialect = reader.Choice("dialect", ["isapi", "securityCp"]) ?? "isapi";
        if (reader.Find("url") is null && reader.Find("gateway") is not null)
        {
            foreach (string name in OwnNames)
            {
                if (reader.Find(name) is { } own) context.Findings.AtName(Codes.ConnectionContradicts, own, $"a device behind a gateway has no '{name}' of its own", "move it to the gateway's connection, or add the device's own \"url\"");
            }

            // The gateway's address takes this one's place once all devices are read.
            return devIndex is null ? null : new DeviceConnectionInfo { Url = Nowhere, Dialect = dialect, Gateway = gateway, DevIndex = devIndex };
        }

        Uri? url = reader.Require("url", "'connection'") is { } u ? Url(context, u) : null;
        var info = new DeviceConnectionInfo
        {
            Url = url ?? Nowhere,
            User = reader.Text("user", 128) ?? "",
            Password = passwords.Read(context, reader),
            Dialect = dialect,
            Login = reader.Choice("login", ["digest", "session"]) is "session" ? "session" : null,
            Events = reader.Choice("events", ["stream", "push"]) ?? "stream",
            Tls = reader.Find("tls") is { } tls ? Tls(context, tls, url) : null,
            Gateway = gateway,
            DevIndex = devIndex,
            HasOwnAddress = reader.Find("gateway") is not null,
        };
        return url is null ? null : info;
    }

    private static readonly Uri Nowhere = new("http://0.0.0.0/");

    private static Uri? Url(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "url", 512) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Host.Length > 0) return uri;
        context.Error(Codes.UrlShape, node, uri?.UserInfo.Length > 0 ? "the address of the device holds a user or password" : "this is not the address of a device", "write scheme, host and port: \"http://192.168.1.10:80\"");
        return null;
    }

    private static TlsTrust? Tls(ReadContext context, JsonNode node, Uri? url)
    {
        if (!ObjectReader.TryOpen(context, node, "'tls'", TlsNames, out ObjectReader reader)) return null;
        if (url is { Scheme: "http" }) context.Error(Codes.ConnectionContradicts, node, "the address begins with http, so there is no certificate to trust", "write \"https://…\" in \"url\", or remove \"tls\"");
        bool any = reader.Flag("acceptSelfSigned", false);
        var pins = ImmutableArray.CreateBuilder<string>();
        if (reader.Find("pin") is { } list)
        {
            foreach (JsonNode item in Values.List(context, list, "pin", 1, MaxPins, single: true) ?? [])
            {
                if (Pin(context, item) is { } pin) pins.Add(pin);
            }
        }

        if (any == reader.Find("pin") is not null)
        {
            context.Error(Codes.ConnectionContradicts, node, any ? "'tls' takes one certificate and every certificate" : "'tls' says nothing", "write { \"pin\": \"sha256/…\" }, or { \"acceptSelfSigned\": true } when you cannot");
        }

        return new TlsTrust(pins.ToImmutable(), any);
    }

    private static string? Pin(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "pin", 128) is not { } text) return null;
        Span<byte> hash = stackalloc byte[33];
        if (text.StartsWith(PinStart, StringComparison.Ordinal) && Convert.TryFromBase64String(text[PinStart.Length..], hash, out int length) && length == 32) return text[PinStart.Length..];
        context.Error(Codes.PinShape, node, $"'{Nearest.Shorten(text)}' is not a pin", "write \"sha256/\" and the base64 of the key's hash, 44 characters; a refused connection names the one it was shown");
        return null;
    }
}
