namespace Automation.Simulator.Security;

/// <summary>How a request was judged.</summary>
internal enum Verdict
{
    /// <summary>Let in.</summary>
    Accepted,

    /// <summary>No credentials came along; the client is only asking for the challenge.</summary>
    NoCredentials,

    /// <summary>The header cannot be read, lacks or contradicts something the challenge asked for, or is of a scheme that is not offered.</summary>
    Malformed,

    /// <summary>The header was made for another request-target.</summary>
    UriMismatch,

    /// <summary>Right password, old or already used nonce: the client may try again at once.</summary>
    Stale,

    /// <summary>Wrong user or password; counts towards the lock-out.</summary>
    WrongPassword,

    /// <summary>Locked; even the right password is refused.</summary>
    Locked,

    /// <summary>A session that is over, or never was.</summary>
    NoSession,

    /// <summary>In, but as the installer, who may do nothing here: <c>X-Userlevel</c> is missing (isapi.md 1.5).</summary>
    WrongLevel,
}
