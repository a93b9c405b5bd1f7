using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>An answer whose body is still to be read, or why there is none.</summary>
internal readonly record struct OpenAnswer(HttpResponseMessage? Response, CallFailure Failure, string? Detail);

/// <summary>Sends requests of one loop, with the device's login. Not for use by two loops at once: a nonce's count must arrive in order.</summary>
internal sealed class DeviceHttp(DeviceEndpoint endpoint)
{
    /// <summary>A 401's document says little; more is not read.</summary>
    private const int MaxRefusalBytes = 64 * 1024;

    private DigestSession? _digest;
    private bool _basic;

    /// <summary>Sends, logs in when asked, and reads the whole answer within the call's time.</summary>
    public async Task<DeviceAnswer> CallAsync(HttpMethod method, string path, DeviceContent? content, int maxBytes, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(endpoint.Limits.CallTimeout, endpoint.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        OpenAnswer open = await OpenAsync(method, path, content, both.Token, cancellationToken).ConfigureAwait(false);
        if (open.Response is null) return DeviceAnswer.Failed(open.Failure, open.Detail);
        using HttpResponseMessage response = open.Response;
        try
        {
            ReadOnlyMemory<byte>? body = await ReadBoundedAsync(response, maxBytes, both.Token).ConfigureAwait(false);
            if (body is not { } bytes) return DeviceAnswer.Failed(CallFailure.TooLarge, $"the answer to {path} is larger than {maxBytes} bytes");
            return new DeviceAnswer(CallFailure.None, (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, bytes, null);
        }
        catch (Exception e) when (FailureOf(e, cancellationToken) is { } failure)
        {
            return DeviceAnswer.Failed(failure.Failure, failure.Detail);
        }
    }

    /// <summary>Sends and logs in when asked; the caller reads the body and disposes the answer.</summary>
    /// <param name="limited">Ends when the call's time is over.</param>
    /// <param name="cancellationToken">Ends when nobody wants the answer any more: then this throws.</param>
    public async Task<OpenAnswer> OpenAsync(HttpMethod method, string path, DeviceContent? content, CancellationToken limited, CancellationToken cancellationToken)
    {
        try
        {
            if (endpoint.Gate.Proven) return await ExchangeAsync(method, path, content, inTurn: false, limited).ConfigureAwait(false);
            return await InTurnAsync(() => ExchangeAsync(method, path, content, inTurn: true, limited), limited).ConfigureAwait(false);
        }
        catch (Exception e) when (FailureOf(e, cancellationToken) is { } failure)
        {
            return new OpenAnswer(null, failure.Failure, failure.Detail);
        }
    }

    /// <summary>Where an answer may be rejected, the loops go one after the other, so that a changed password is not tried by all of them.</summary>
    private async Task<OpenAnswer> InTurnAsync(Func<Task<OpenAnswer>> exchange, CancellationToken limited)
    {
        await endpoint.Gate.Turn.WaitAsync(limited).ConfigureAwait(false);
        try
        {
            return await exchange().ConfigureAwait(false);
        }
        finally
        {
            endpoint.Gate.Turn.Release();
        }
    }

    private async Task<OpenAnswer> ExchangeAsync(HttpMethod method, string path, DeviceContent? content, bool inTurn, CancellationToken limited)
    {
        if (endpoint.Gate.Reason is { } closed) return Refused(closed);
        if (endpoint.Session is { } session) return await InSessionAsync(session, method, path, content, inTurn, limited).ConfigureAwait(false);
        Uri uri = endpoint.UriOf(path);
        bool answered = _digest is not null || _basic;
        HttpResponseMessage response = await SendAsync(method, uri, content, limited).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized) return Taken(response, answered);
        // A panel whose login is a session says nothing of it here (isapi.md 1.5).
        if (!answered && endpoint.User.Length > 0 && response.Headers.WwwAuthenticate.Count == 0)
        {
            DeviceElement? silent = await ReadRefusalAsync(response, limited).ConfigureAwait(false);
            return endpoint.Gate.ClosesOn(silent) ? Refused(endpoint.Gate.Reason ?? "locked") : await InSessionAsync(endpoint.OpenSession(), method, path, content, inTurn, limited).ConfigureAwait(false);
        }

        if (!await TakeChallengeAsync(response, answered, limited).ConfigureAwait(false)) return Refused(endpoint.Gate.Reason ?? "the login was refused");
        return inTurn
            ? await AnswerAsync(method, uri, content, limited).ConfigureAwait(false)
            : await InTurnAsync(() => AnswerAsync(method, uri, content, limited), limited).ConfigureAwait(false);
    }

    /// <summary>Sends in the panel's session. Where that is over: one login and one more try, no third (isapi.md 1.5).</summary>
    private async Task<OpenAnswer> InSessionAsync(DeviceSession session, HttpMethod method, string path, DeviceContent? content, bool inTurn, CancellationToken limited)
    {
        Uri uri = endpoint.UriOf(path);
        if (session.Cookie is { } cookie)
        {
            HttpResponseMessage response = await SendAsync(method, uri, content, limited, cookie).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.Unauthorized) return InSession(response);
            DeviceElement? over = await ReadRefusalAsync(response, limited).ConfigureAwait(false);
            if (endpoint.Gate.ClosesOn(over)) return Refused(endpoint.Gate.Reason ?? "locked");
            session.Drop(cookie);
        }

        return inTurn ? await EnterAsync(session, method, uri, content, limited).ConfigureAwait(false) : await InTurnAsync(() => EnterAsync(session, method, uri, content, limited), limited).ConfigureAwait(false);
    }

    private async Task<OpenAnswer> EnterAsync(DeviceSession session, HttpMethod method, Uri uri, DeviceContent? content, CancellationToken limited)
    {
        if (endpoint.Gate.Reason is { } closed) return Refused(closed);
        // Another loop may have logged in while this one waited for its turn.
        if (session.Cookie is null && await session.LoginAsync((how, path, body) => AskAsync(how, path, body, limited)).ConfigureAwait(false) is { } refused) return refused;
        HttpResponseMessage response = await SendAsync(method, uri, content, limited, session.Cookie).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized) return InSession(response);
        response.Dispose();
        session.Drop(session.Cookie);
        endpoint.Gate.Close("the device takes the login and then refuses its session; nothing more is sent until somebody has looked");
        return Refused(endpoint.Gate.Reason ?? "the login was refused");
    }

    private OpenAnswer InSession(HttpResponseMessage response)
    {
        endpoint.Gate.Accepted();
        return new OpenAnswer(response, CallFailure.None, null);
    }

    /// <summary>One request of the session's own login.</summary>
    private async Task<SessionReply> AskAsync(HttpMethod method, string path, DeviceContent? content, CancellationToken limited)
    {
        HttpResponseMessage response = await SendAsync(method, endpoint.UriOf(path), content, limited, cookie: "").ConfigureAwait(false);
        string? cookie = response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? set) ? set.Select(c => c.Split(';')[0].Trim()).FirstOrDefault(c => c.Length is > 0 and < 1024) : null;
        return new SessionReply(response.StatusCode, await ReadRefusalAsync(response, limited).ConfigureAwait(false), cookie);
    }

    /// <summary>Sends once more, with the answer to the challenge. There is no third time (ACT-9).</summary>
    private async Task<OpenAnswer> AnswerAsync(HttpMethod method, Uri uri, DeviceContent? content, CancellationToken limited)
    {
        if (endpoint.Gate.Reason is { } closed)
        {
            // Another loop was rejected while this one waited for its turn.
            Forget();
            return Refused(closed);
        }

        HttpResponseMessage response = await SendAsync(method, uri, content, limited).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.Unauthorized) return Taken(response, answered: true);
        DeviceElement? document = await ReadRefusalAsync(response, limited).ConfigureAwait(false);
        Forget();
        endpoint.Gate.Rejected(document);
        return Refused(endpoint.Gate.Reason ?? "the login was refused");
    }

    private OpenAnswer Taken(HttpResponseMessage response, bool answered)
    {
        if (answered)
        {
            if (_digest is not null) _digest.Proven = true;
            endpoint.Gate.Accepted();
        }

        return new OpenAnswer(response, CallFailure.None, null);
    }

    /// <summary>Reads a 401. True when there is a challenge that has not been answered yet; else the gate closes.</summary>
    private async Task<bool> TakeChallengeAsync(HttpResponseMessage response, bool answered, CancellationToken limited)
    {
        DigestChallenge? challenge = DigestChallenge.Choose(response.Headers.WwwAuthenticate.Select(h => h.ToString()), out bool basicOnly);
        bool proven = _digest is { Proven: true };
        string? nonce = _digest?.Challenge.Nonce;
        DeviceElement? document = await ReadRefusalAsync(response, limited).ConfigureAwait(false);
        Forget();
        if (endpoint.Gate.ClosesOn(document)) return false;
        // A nonce that worked and does not any more has expired; so has one the device itself calls stale.
        bool expired = challenge is not null && challenge.Nonce != nonce && (proven || challenge.Stale);
        if ((answered && !expired) || (challenge is null && (!basicOnly || endpoint.NeverReadable)) || endpoint.User.Length == 0)
        {
            endpoint.Gate.Rejected(document);
            return false;
        }

        if (challenge is null) _basic = true;
        else _digest = new DigestSession(challenge, endpoint.User, endpoint.Password, endpoint.Random);
        return true;
    }

    private void Forget()
    {
        _digest = null;
        _basic = false;
    }

    /// <param name="cookie">Null: no session; empty: on the way to one.</param>
    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, DeviceContent? content, CancellationToken limited, string? cookie = null)
    {
        using var request = new HttpRequestMessage(method, uri) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (content is not null)
        {
            request.Content = new ReadOnlyMemoryContent(content.Bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(content.MediaType) { CharSet = "UTF-8" };
        }
        else if (method != HttpMethod.Get)
        {
            request.Content = new ByteArrayContent([]);
        }

        if (cookie is not null)
        {
            // 1 is the operator: without it an installer's account of the same name answers instead (isapi.md 1.5).
            request.Headers.TryAddWithoutValidation("X-Userlevel", "1");
            if (cookie.Length > 0) request.Headers.TryAddWithoutValidation("Cookie", cookie);
        }
        else if (_digest is not null)
        {
            ReadOnlySpan<byte> body = content is null ? default : content.Bytes.Span;
            request.Headers.TryAddWithoutValidation("Authorization", _digest.Authorize(method.Method, uri.PathAndQuery, body));
        }
        else if (_basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{endpoint.User}:{endpoint.Password.Reveal()}")));
        }

        return await endpoint.Invoker.SendAsync(request, limited).ConfigureAwait(false);
    }

    /// <summary>Reading the refusal to its end also gives the socket back for the answer.</summary>
    private static async Task<DeviceElement?> ReadRefusalAsync(HttpResponseMessage response, CancellationToken limited)
    {
        using (response)
        {
            ReadOnlyMemory<byte>? body = await ReadBoundedAsync(response, MaxRefusalBytes, limited).ConfigureAwait(false);
            return body is { } bytes && DocumentReader.Read(bytes) is { Documents: [var first, ..] } ? first : null;
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBoundedAsync(HttpResponseMessage response, int maxBytes, CancellationToken limited)
    {
        if (response.Content.Headers.ContentLength > maxBytes) return null;
        await using Stream stream = await response.Content.ReadAsStreamAsync(limited).ConfigureAwait(false);
        byte[] buffer = new byte[Math.Min(maxBytes, (int)(response.Content.Headers.ContentLength ?? 4096)) + 1];
        int length = 0;
        while (true)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(length), limited).ConfigureAwait(false);
            length += count;
            if (length > maxBytes) return null;
            if (count == 0) return buffer.AsMemory(0, length);
            if (length == buffer.Length) Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, (long)maxBytes + 1));
        }
    }

    private static OpenAnswer Refused(string reason) => new(null, CallFailure.LoginRefused, reason);

    /// <summary>What a failure of the network means; null for one that is not the network's, or when nobody waits any more.</summary>
    private (CallFailure Failure, string Detail)? FailureOf(Exception e, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return null;
        return e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => (CallFailure.NotConnected, "its name cannot be resolved"),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => (CallFailure.NotConnected, "no connection: " + (e.InnerException ?? e).Message),
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => (CallFailure.NotConnected, endpoint.CertificateRefusal ?? "no secure connection: " + (e.InnerException ?? e).Message),
            HttpRequestException or IOException or HttpProtocolException => (CallFailure.Broken, "the connection broke"),
            OperationCanceledException { InnerException: TimeoutException } => (CallFailure.NotConnected, "no connection in time"),
            OperationCanceledException => (CallFailure.TimedOut, "no answer in time"),
            _ => null,
        };
    }
}
