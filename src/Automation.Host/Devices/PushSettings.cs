using System.Net;
using Automation.Core.Model;

namespace Automation.Host.Devices;

/// <param name="User">What devices log in as; null: they do not, and only the addresses of the site's devices are heard.</param>
internal sealed record PushSettings(IPEndPoint Endpoint, string? User, Secret Password)
{
    public PushLimits Limits { get; init; } = new();
}

/// <summary>The bounds of the push endpoint.</summary>
internal sealed record PushLimits
{
    /// <summary>Largest push: an alert and a few pictures. What is larger is refused with 413.</summary>
    public int MaxBodyBytes { get; init; } = 12 << 20;

    /// <summary>Connections at a time; more are closed at once.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>Pushes read at a time, since each takes room; more wait in their connections.</summary>
    public int MaxAtOnce { get; init; } = 16;

    /// <summary>How long an answer to a login challenge is good; then the device gets a new one, which costs it a request.</summary>
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Uses of nonces that are remembered, so that none counts twice.</summary>
    public int MaxNonces { get; init; } = 4096;
}
