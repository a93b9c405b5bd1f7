using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Automation.Simulator;
using Automation.Simulator.Security;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>The answers are computed here once more, straight from RFC 7616 §3.4.1.</summary>
public sealed class DigestTests
{
    private const string Target = "/ISAPI/System/deviceInfo";
    private readonly ManualTime _time = new();

    private LoginGuard? _guard;

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("MD5", "auth")]
    [InlineData("MD5", "auth-int")]
    [InlineData("MD5-sess", "auth")]
    [InlineData("SHA-256", "auth")]
    [InlineData("SHA-256", "auth-int")]
    [InlineData("SHA-256-sess", "auth")]
    public void Judge_RightAnswer_IsAccepted(string algorithm, string qop)
    {
        DigestGate gate = Gate();
        string header = Answer(Challenge(gate, algorithm), "secret", algorithm, qop, 1, body: "<a/>");
        Assert.Equal(Verdict.Accepted, gate.Judge(header, "PUT", Target, "<a/>"u8, out string? user));
        Assert.Equal("admin", user);
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_OtherBodyWithAuthInt_IsWrong()
    {
        DigestGate gate = Gate();
        string header = Answer(Challenge(gate, "MD5"), "secret", "MD5", "auth-int", 1, body: "<a/>");
        Assert.Equal(Verdict.WrongPassword, gate.Judge(header, "PUT", Target, "<b/>"u8, out _));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_NonceTooOld_IsStale_AndOnlyForTheRightPassword()
    {
        DigestGate gate = Gate();
        string nonce = Challenge(gate, "MD5");
        _time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal(Verdict.WrongPassword, gate.Judge(Answer(nonce, "wrong", "MD5", "auth", 1), "PUT", Target, default, out _));
        Assert.Equal(Verdict.Stale, gate.Judge(Answer(nonce, "secret", "MD5", "auth", 1), "PUT", Target, default, out _));
        Assert.Contains("stale=true", gate.Challenges(stale: true)[0], StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_CountUsedTwice_IsStale_CountsOutOfOrder_AreNot()
    {
        DigestGate gate = Gate();
        string nonce = Challenge(gate, "MD5");
        foreach (uint count in (uint[])[1, 3, 2, 4])
            Assert.Equal(Verdict.Accepted, gate.Judge(Answer(nonce, "secret", "MD5", "auth", count), "PUT", Target, default, out _));
        Assert.Equal(Verdict.Stale, gate.Judge(Answer(nonce, "secret", "MD5", "auth", 2), "PUT", Target, default, out _));
        Assert.Equal(Verdict.Accepted, gate.Judge(Answer(nonce, "secret", "MD5", "auth", 500), "PUT", Target, default, out _));
        Assert.Equal(Verdict.Stale, gate.Judge(Answer(nonce, "secret", "MD5", "auth", 5), "PUT", Target, default, out _));
        for (uint count = 501; count < 1000; count++)
            Assert.Equal(Verdict.Accepted, gate.Judge(Answer(nonce, "secret", "MD5", "auth", count), "PUT", Target, default, out _));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_FiveWrongPasswords_LockEvenTheRightOne_UntilTheTimeIsOver()
    {
        DigestGate gate = Gate();
        for (int left = 4; left >= 0; left--)
        {
            Assert.Equal(Verdict.WrongPassword, gate.Judge(Answer(Challenge(gate, "MD5"), "guess", "MD5", "auth", 1), "PUT", Target, default, out _));
            Assert.Contains($"<retryLoginTime>{left}</retryLoginTime>", _guard!.UserCheck(), StringComparison.Ordinal);
        }

        Assert.Contains("<lockStatus>lock</lockStatus>\n<unlockTime>1800</unlockTime>", _guard!.UserCheck(), StringComparison.Ordinal);
        Assert.Equal(Verdict.Locked, gate.Judge(Answer(Challenge(gate, "MD5"), "secret", "MD5", "auth", 1), "PUT", Target, default, out _));
        _time.Advance(TimeSpan.FromSeconds(1799.5));
        Assert.Contains("<unlockTime>1</unlockTime>", _guard!.UserCheck(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Contains("<lockStatus>unlock</lockStatus>\n<unlockTime>0</unlockTime>\n<retryLoginTime>5</retryLoginTime>", _guard!.UserCheck(), StringComparison.Ordinal);
        Assert.Equal(Verdict.Accepted, gate.Judge(Answer(Challenge(gate, "MD5"), "secret", "MD5", "auth", 1), "PUT", Target, default, out _));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_SuccessBetween_ForgetsWrongPasswords()
    {
        DigestGate gate = Gate();
        for (int i = 0; i < 20; i++)
        {
            string password = i % 4 == 3 ? "secret" : "guess";
            Verdict expected = i % 4 == 3 ? Verdict.Accepted : Verdict.WrongPassword;
            Assert.Equal(expected, gate.Judge(Answer(Challenge(gate, "MD5"), password, "MD5", "auth", 1), "PUT", Target, default, out _));
        }
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("Basic YWRtaW46c2VjcmV0")]
    [InlineData("Digest")]
    [InlineData("Digest ")]
    [InlineData("Digest username")]
    [InlineData("Digest username=\"admin")]
    [InlineData("Digest username=\"admin\\")]
    [InlineData("Digest =\"admin\"")]
    [InlineData("Digest username=\"admin\" realm=\"x\"")]
    [InlineData("Digest username=\"admin\", username=\"root\"")]
    [InlineData("Digest username=\"admin\", realm=\"IP Device(nvr)\", nonce=\"x\", uri=\"/\", response=\"y\"")]
    public void Judge_HeaderThatCannotBe_IsMalformed_AndDoesNotLock(string header)
    {
        DigestGate gate = Gate();
        for (int i = 0; i < 10; i++) Assert.Equal(Verdict.Malformed, gate.Judge(header, "GET", Target, default, out _));
        Assert.Contains("<retryLoginTime>5</retryLoginTime>", _guard!.UserCheck(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_EveryPrefixOfARightHeader_IsNeverAcceptedAndNeverThrows()
    {
        DigestGate gate = Gate();
        string header = Answer(Challenge(gate, "MD5"), "secret", "MD5", "auth", 1);
        for (int length = 1; length < header.Length; length++)
        {
            _guard!.Unlock();
            Assert.NotEqual(Verdict.Accepted, gate.Judge(header[..length], "PUT", Target, default, out _));
        }
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Judge_HeaderForAnotherPath_IsUriMismatch()
    {
        DigestGate gate = Gate();
        Assert.Equal(Verdict.UriMismatch, gate.Judge(Answer(Challenge(gate, "MD5"), "secret", "MD5", "auth", 1), "PUT", Target + "?format=json", default, out _));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task A_wrong_password_is_answered_with_the_userCheck_document()
    {
        await using Site site = await Site.StartAsync();
        using HttpResponseMessage challenge = await site.Anonymous("nvr").GetAsync(Target);
        Assert.Equal(HttpStatusCode.Unauthorized, challenge.StatusCode);
        Assert.Equal("Digest", challenge.Headers.WwwAuthenticate.Single().Scheme);
        for (int i = 0; i < 5; i++)
        {
            using HttpResponseMessage refused = await site.Client("nvr", "wrong").GetAsync(Target);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }

        using HttpResponseMessage locked = await site.Client("nvr").GetAsync(Target);
        Assert.Equal(HttpStatusCode.Unauthorized, locked.StatusCode);
        Assert.Contains("<lockStatus>lock</lockStatus>", await locked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(await site.AskedAsync("nvr"));
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("\"MD5\"")]
    [InlineData("\"SHA-256\"")]
    [InlineData("\"SHA-256\", \"MD5\"")]
    public async Task The_frameworks_own_client_gets_in(string algorithms)
    {
        await using Site site = await Site.StartAsync($$"""{"devices":[{"id":"nvr","kind":"recorder","digest":[{{algorithms}}]}]}""");
        HttpClient client = site.Client("nvr");
        for (int i = 0; i < 3; i++) Assert.Contains("<deviceType>NVR</deviceType>", await client.GetStringAsync(Target), StringComparison.Ordinal);
        Assert.Equal(3, (await site.AskedAsync("nvr")).Length);
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("MD5")]
    [InlineData("SHA-256")]
    public async Task Curl_gets_in_with_the_right_password_and_not_with_a_wrong_one(string algorithm)
    {
        string curl = Peer.Find("curl", "curl");
        await using Site site = await Site.StartAsync($$"""{"devices":[{"id":"nvr","kind":"recorder","digest":["{{algorithm}}"]}]}""");
        string url = new Uri(site.Host.Devices["nvr"], Target).ToString();
        string right = await RunAsync(curl, "-s", "--noproxy", "*", "--digest", "-u", "admin:" + Site.Password, "-w", "%{http_code}", url);
        Assert.Contains("<deviceType>NVR</deviceType>", right, StringComparison.Ordinal);
        Assert.EndsWith("200", right, StringComparison.Ordinal);
        Assert.EndsWith("401", await RunAsync(curl, "-s", "--noproxy", "*", "--digest", "-u", "admin:wrong", "-w", "%{http_code}", url), StringComparison.Ordinal);
        Assert.Single(await site.AskedAsync("nvr"));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var info = new System.Diagnostics.ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start(info)!;
        string output = await Until.Done(process.StandardOutput.ReadToEndAsync());
        await Until.Done(process.WaitForExitAsync());
        return output;
    }

    private DigestGate Gate()
    {
        var device = new SimulatedDevice { Id = "nvr", Kind = SimulatedKind.Recorder, Digest = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"], Qop = ["auth", "auth-int"] };
        _guard = new(device, _time);
        return new(device, "secret", _guard, _time, new Random(3));
    }

    private static string Challenge(DigestGate gate, string algorithm) =>
        Regex.Match(gate.Challenges(false).Single(c => c.Contains($"algorithm={algorithm},", StringComparison.Ordinal)), "nonce=\"([^\"]+)\"").Groups[1].Value;

    private static string Answer(string nonce, string password, string algorithm, string qop, uint count, string body = "")
    {
        const string realm = "IP Device(nvr)", cnonce = "0a4f113b";
        string nc = count.ToString("x8", CultureInfo.InvariantCulture);
#pragma warning disable CA5351 // The protocol says MD5.
        string H(string text) => Convert.ToHexStringLower(algorithm.StartsWith("SHA", StringComparison.Ordinal) ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
        string a1 = H($"admin:{realm}:{password}");
        if (algorithm.EndsWith("-sess", StringComparison.Ordinal)) a1 = H($"{a1}:{nonce}:{cnonce}");
        string a2 = H(qop == "auth-int" ? $"PUT:{Target}:{H(body)}" : $"PUT:{Target}");
        return $"Digest username=\"admin\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{Target}\", algorithm={algorithm}, qop={qop}, nc={nc}, cnonce=\"{cnonce}\", response=\"{H($"{a1}:{nonce}:{nc}:{cnonce}:{qop}:{a2}")}\"";
    }
}
