using System.Globalization;
using System.Net;
using System.Security;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>The one session of a panel, shared by all loops of its connection: each login may show up at the owner's phone (isapi.md 1.5, quirk 14).</summary>
/// <remarks>Every member but the cookie is used under the login gate's turn, so that there is one login at a time.</remarks>
internal sealed class DeviceSession(DeviceEndpoint endpoint)
{
    private const string LoginPath = "/Security/sessionLogin";

    /// <summary>What every request carries; null: not logged in.</summary>
    public string? Cookie { get; private set; }

    /// <summary>The device does not accept this session any more; a newer one stays.</summary>
    public void Drop(string? cookie)
    {
        if (Cookie == cookie) Cookie = null;
    }

    /// <summary>Logs in. Null when that worked, else why not.</summary>
    /// <param name="send">Sends one request without a login.</param>
    public async Task<OpenAnswer?> LoginAsync(Func<HttpMethod, string, DeviceContent?, Task<SessionReply>> send)
    {
        SessionReply asked = await send(HttpMethod.Get, $"{LoginPath}/capabilities?username={Uri.EscapeDataString(endpoint.User)}", null).ConfigureAwait(false);
        if (endpoint.Gate.ClosesOn(asked.Document)) return Refused();
        if (asked.Status != HttpStatusCode.OK || SessionChallenge.Read(asked.Document) is not { } challenge)
        {
            endpoint.Gate.Close(string.Create(CultureInfo.InvariantCulture, $"the device has no session login (HTTP {(int)asked.Status}); nothing more is sent until its \"login\" is changed in the site file"));
            return Refused();
        }

        string answer = challenge.Answer(endpoint.User, endpoint.Password);
        long now = endpoint.Time.GetUtcNow().ToUnixTimeMilliseconds();
        SessionReply entered = await send(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"{LoginPath}?timeStamp={now}"), DeviceContent.Xml(
            $"<SessionLogin><userName>{SecurityElement.Escape(endpoint.User)}</userName><password>{answer}</password><sessionID>{SecurityElement.Escape(challenge.SessionId)}</sessionID><isSessionIDValidLongTerm>false</isSessionIDValidLongTerm><sessionIDVersion>{SecurityElement.Escape(challenge.Version)}</sessionIDVersion></SessionLogin>")).ConfigureAwait(false);
        if (entered.Status == HttpStatusCode.OK && entered.Document?.IntOf("statusValue") is null or 200)
        {
            // The cookie, or where the panel sets none the session's number (isapi.md 1.5).
            Cookie = entered.Cookie ?? (entered.Document?.TextOf("sessionID") is { } id ? "WebSession=" + id : null);
            if (Cookie is not null) return null;
        }

        if (entered.Document is { } document && ResponseStatus.From(document) is { SubStatus: "maxSessionUserLink" } full)
        {
            // Nothing is wrong with the login; somebody else's sessions have to end first.
            return new OpenAnswer(null, CallFailure.Busy, $"no more user can log in ({full.Words})");
        }

        endpoint.Gate.Rejected(entered.Document);
        return Refused();
    }

    private OpenAnswer Refused() => new(null, CallFailure.LoginRefused, endpoint.Gate.Reason ?? "the login was refused");
}

/// <param name="Cookie">The session's cookie, name and value; null when none was set.</param>
internal readonly record struct SessionReply(HttpStatusCode Status, DeviceElement? Document, string? Cookie);
