using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Automation.Simulator.Security;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>The log-in of AX PRO panels as isapi.md 1.5 describes it, done by hand.</summary>
public sealed class SessionTests
{
    private const string Capabilities = "/ISAPI/Security/sessionLogin/capabilities?username=admin";
    private const string SubSystems = "/ISAPI/SecurityCP/status/subSystems?format=json";

    [Fact, Trait("Req", "ACT-9")]
    public void The_hash_of_version_2_is_the_one_the_notes_verified() => Assert.Equal(
        "86c59b2a28aafd52fccbd0a46f06200e50467cec0758eb32a8c5d5cce5b55abc",
        SessionHash.Of("dalferin", "test123456", true, "bef6d541c1ac37f74d90b9d3dc642ab6ea54b17d653b10f24464867b6dbeacb5", null, "9524eedd2912a46ef2c0fcfa27e412c1", 100));

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("2.1", true, true)]
    [InlineData("2", true, true)]
    [InlineData("2.1", true, false)]
    [InlineData("2", false, true)]
    public async Task A_login_gives_a_session_that_lasts_while_it_is_used(string version, bool irreversible, bool cookie)
    {
        await using Site site = await Site.StartAsync(Panel($"\"sessionVersion\":\"{version}\",\"sessionIrreversible\":{Word(irreversible)},\"sessionCookie\":{Word(cookie)},\"sessionSeconds\":60"));
        HttpClient panel = Client(site);
        using HttpResponseMessage outside = await panel.GetAsync(SubSystems);
        Assert.Equal(HttpStatusCode.Unauthorized, outside.StatusCode);
        Assert.Empty(outside.Headers.WwwAuthenticate);

        (HttpStatusCode status, string session, bool came) = await LoginAsync(panel, Site.Password);
        Assert.Equal((HttpStatusCode.OK, cookie), (status, came));
        panel.DefaultRequestHeaders.Add("Cookie", "WebSession=" + session);
        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("SubSysList", await panel.GetStringAsync(SubSystems), StringComparison.Ordinal);
            site.Time.Advance(TimeSpan.FromSeconds(50));
        }

        Assert.Equal(HttpStatusCode.OK, (await panel.PutAsync("/ISAPI/Security/sessionHeartbeat", null)).StatusCode);
        site.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Unauthorized, (await panel.GetAsync(SubSystems)).StatusCode);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task Without_the_user_level_the_installer_of_the_same_name_answers()
    {
        await using Site site = await Site.StartAsync(Panel());
        HttpClient panel = Client(site);
        (_, string session, _) = await LoginAsync(panel, Site.Password);
        panel.DefaultRequestHeaders.Add("Cookie", "WebSession=" + session);
        panel.DefaultRequestHeaders.Remove("X-Userlevel");
        using HttpResponseMessage refused = await panel.GetAsync(SubSystems);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("lowPrivilege", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(panel, Site.Password)).Status);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task Five_wrong_hashes_lock_the_account_until_unlockTime()
    {
        await using Site site = await Site.StartAsync(Panel());
        HttpClient panel = Client(site);
        for (int left = 4; left >= 0; left--)
        {
            (HttpStatusCode status, string text, _) = await LoginAsync(panel, "wrong");
            Assert.Equal(HttpStatusCode.Unauthorized, status);
            Assert.Contains($"<retryLoginTime>{left}</retryLoginTime>", text, StringComparison.Ordinal);
        }

        Assert.Contains("<lockStatus>lock</lockStatus>\n<unlockTime>1800</unlockTime>", (await LoginAsync(panel, Site.Password)).Text, StringComparison.Ordinal);
        site.Time.Advance(TimeSpan.FromSeconds(1801));
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(panel, Site.Password)).Status);
        Assert.Equal(
            ["wrongPassword", "wrongPassword", "wrongPassword", "wrongPassword", "wrongPassword", "locked", "accepted"],
            (await site.ControlAsync("GET", "/requests?method=POST")).AsArray().Select(r => (string)r!["auth"]!));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task A_challenge_is_good_once_and_for_a_minute()
    {
        await using Site site = await Site.StartAsync(Panel());
        HttpClient panel = Client(site);
        XElement cap = XElement.Parse(await panel.GetStringAsync(Capabilities));
        site.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(panel, cap, Site.Password)).Status);
        cap = XElement.Parse(await panel.GetStringAsync(Capabilities));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(panel, cap, Site.Password)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(panel, cap, Site.Password)).Status);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task More_sessions_than_the_panel_has_are_refused()
    {
        await using Site site = await Site.StartAsync(Panel("\"maxSessions\":2"));
        HttpClient panel = Client(site);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(panel, Site.Password)).Status);
        Assert.Equal(HttpStatusCode.OK, (await LoginAsync(panel, Site.Password)).Status);
        (HttpStatusCode status, string text, _) = await LoginAsync(panel, Site.Password);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("maxSessionUserLink", text, StringComparison.Ordinal);
    }

    private static string Panel(string more = "\"areas\":1") => $$"""{"devices":[{"id":"panel","kind":"panel","auth":["session"],{{more}}}]}""";

    private static HttpClient Client(Site site)
    {
        HttpClient panel = site.Anonymous("panel");
        panel.DefaultRequestHeaders.Add("X-Userlevel", "1");
        return panel;
    }

    private static async Task<(HttpStatusCode Status, string Text, bool Cookie)> LoginAsync(HttpClient panel, string password) =>
        await PostAsync(panel, XElement.Parse(await panel.GetStringAsync(Capabilities)), password);

    private static async Task<(HttpStatusCode Status, string Text, bool Cookie)> PostAsync(HttpClient panel, XElement cap, string password)
    {
        string Value(string name) => cap.Elements().SingleOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
        static string H(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        int rounds = int.Parse(Value("iterations"), CultureInfo.InvariantCulture);
        string hash;
        if (Value("isIrreversible") == "true")
        {
            hash = H("admin" + Value("salt") + password);
            if (Value("salt2").Length > 0) hash = H("admin" + Value("salt2") + hash);
            hash = H(hash + Value("challenge"));
            for (int i = 0; i < rounds - 2; i++) hash = H(hash);
        }
        else
        {
            hash = H(password) + Value("challenge");
            for (int i = 0; i < rounds - 1; i++) hash = H(hash);
        }

        using var body = new StringContent($"<SessionLogin><userName>admin</userName><password>{hash}</password><sessionID>{Value("sessionID")}</sessionID><isSessionIDValidLongTerm>false</isSessionIDValidLongTerm><sessionIDVersion>{Value("sessionIDVersion")}</sessionIDVersion></SessionLogin>");
        using HttpResponseMessage response = await panel.PostAsync("/ISAPI/Security/sessionLogin?timeStamp=1700000000", body);
        string text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode == HttpStatusCode.OK) text = XElement.Parse(text).Elements().Single(e => e.Name.LocalName == "sessionID").Value;
        return (response.StatusCode, text, response.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies) && cookies.Single().StartsWith("WebSession=" + text, StringComparison.Ordinal));
    }

    private static string Word(bool flag) => flag ? "true" : "false";
}
