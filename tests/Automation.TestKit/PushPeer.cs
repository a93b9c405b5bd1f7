using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Automation.TestKit;

/// <summary>A push service and the browser behind it, written from RFC 8030, 8188, 8291 and 8292 for tests: takes messages, checks who sends and decrypts them.</summary>
public sealed class PushPeer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ECDiffieHellman _browser = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _auth = RandomNumberGenerator.GetBytes(16);
    private readonly ConcurrentQueue<PushedMessage> _messages = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private readonly string _publicKey;
    private readonly TimeProvider _time;

    /// <param name="publicKey">The sender the browser subscribed for; a message of another is refused with 403.</param>
    /// <param name="time">The sender's clock, when it is not the system's.</param>
    public PushPeer(string publicKey, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _publicKey = publicKey;
        int port = FreePort.Next();
        Origin = $"http://127.0.0.1:{port}";
        _listener.Prefixes.Add(Origin + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Origin { get; }

    public string Endpoint => Origin + "/push/abc";

    public string P256dh
    {
        get
        {
            ECPoint point = _browser.ExportParameters(false).Q;
            return Base64Url.EncodeToString([4, .. point.X!, .. point.Y!]);
        }
    }

    public string Auth => Base64Url.EncodeToString(_auth);

    /// <summary>Answered instead of 201 to the next requests, first come first served, with Retry-After in seconds (0: without).</summary>
    public ConcurrentQueue<(int Status, int RetryAfter)> Refusals { get; } = new();

    public IReadOnlyList<PushedMessage> Messages => [.. _messages];

    public IReadOnlyList<string> Problems => [.. _problems];

    public void Dispose()
    {
        _listener.Close();
        _browser.Dispose();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            int status;
            int retryAfter = 0;
            try
            {
                if (Refusals.TryDequeue(out (int Status, int RetryAfter) refusal)) (status, retryAfter) = refusal;
                else status = await TakeAsync(context.Request);
            }
            catch (Exception e)
            {
                _problems.Enqueue(e.Message);
                status = 400;
            }

            context.Response.StatusCode = status;
            if (retryAfter > 0) context.Response.Headers["Retry-After"] = retryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.Close();
        }
    }

    private async Task<int> TakeAsync(HttpListenerRequest request)
    {
        if (!IsSender(request.Headers["Authorization"] ?? "", out string subject)) return 403;
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body);
        if (request.Headers["Content-Encoding"] != "aes128gcm") return 415;
        _messages.Enqueue(new PushedMessage(Decrypt(body.ToArray()), request.Headers["Topic"], int.Parse(request.Headers["TTL"]!, System.Globalization.CultureInfo.InvariantCulture), request.Headers["Urgency"], subject));
        return 201;
    }

    // RFC 8292 §3: "vapid t=JWT, k=KEY", signed with ES256 for our origin, for at most 24 hours.
    private bool IsSender(string header, out string subject)
    {
        subject = "";
        if (!header.StartsWith("vapid ", StringComparison.OrdinalIgnoreCase)) return false;
        var parts = header[6..].Split(',').Select(p => p.Trim().Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        string[] token = parts["t"].Split('.');
        byte[] key = Base64Url.DecodeFromChars(parts["k"]);
        if (parts["k"] != _publicKey) return false;
        using var verifier = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = key[1..33], Y = key[33..] } });
        if (!verifier.VerifyData(Encoding.ASCII.GetBytes(token[0] + "." + token[1]), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256)) return false;
        using JsonDocument claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1]));
        subject = claims.RootElement.GetProperty("sub").GetString()!;
        var expires = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        TimeSpan left = expires - _time.GetUtcNow();
        return claims.RootElement.GetProperty("aud").GetString() == Origin && left > TimeSpan.Zero && left <= TimeSpan.FromHours(24);
    }

    // RFC 8188 §2.1: salt (16), record size (4), length of the key id (1), the key id: here the sender's one-time public key.
    private string Decrypt(byte[] body)
    {
        byte[] salt = body[..16];
        int recordSize = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(16));
        byte[] sender = body[21..(21 + body[20])];
        byte[] record = body[(21 + body[20])..];
        if (body.Length > 4096 || record.Length > recordSize) throw new InvalidDataException("more than one record, or longer than a push service takes");
        using var peer = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = sender[1..33], Y = sender[33..] } });
        byte[] shared = _browser.DeriveRawSecretAgreement(peer.PublicKey);

        // RFC 8291 §3.4.
        byte[] info = [.. "WebPush: info\0"u8, .. Base64Url.DecodeFromChars(P256dh), .. sender];
        byte[] ikm = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, _auth, info);
        byte[] key = HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, 16, salt, [.. "Content-Encoding: aes128gcm\0"u8]);
        byte[] nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, 12, salt, [.. "Content-Encoding: nonce\0"u8]);
        byte[] plain = new byte[record.Length - 16];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(nonce, record[..^16], record[^16..], plain);
        int end = Array.FindLastIndex(plain, b => b != 0);
        if (plain[end] != 2) throw new InvalidDataException("the last record does not end with its delimiter");
        return Encoding.UTF8.GetString(plain, 0, end);
    }
}

/// <param name="Text">What the page's service worker would see.</param>
public sealed record PushedMessage(string Text, string? Topic, int TimeToLive, string? Urgency, string Subject);
