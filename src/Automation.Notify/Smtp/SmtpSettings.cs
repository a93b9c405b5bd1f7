using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Automation.Core.Model;

namespace Automation.Notify.Smtp;

/// <summary>How mail leaves.</summary>
public sealed record SmtpSettings
{
    public required string Host { get; init; }

    /// <summary>587 (submission) with <see cref="SmtpSecurity.StartTls"/>, 465 with <see cref="SmtpSecurity.ImplicitTls"/>.</summary>
    public int Port { get; init; } = 587;

    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    /// <summary>The sender of every message: an address, with or without a name.</summary>
    public required string From { get; init; }

    /// <summary>Empty: no authentication.</summary>
    public string User { get; init; } = "";

    public Secret Password { get; init; } = Secret.None;

    /// <summary>Authorities that may sign the server's certificate; empty: those of the system.</summary>
    public ImmutableArray<X509Certificate2> TrustedRoots { get; init; } = [];

    /// <summary>One message, from connecting to the server's word that it has it. 5 to 300 seconds; RFC 5321 §4.5.3.2 allows a server minutes for the last step.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}

public enum SmtpSecurity
{
    /// <summary>The connection begins in the clear and must become encrypted before anything is said; a server that does not offer it gets nothing.</summary>
    StartTls,

    /// <summary>Encrypted from the first byte (RFC 8314).</summary>
    ImplicitTls,

    /// <summary>In the clear: for a mail server on this machine.</summary>
    None,
}
