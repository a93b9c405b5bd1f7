using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.Isapi.Tests.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Http;

/// <summary>The session login of alarm panels (isapi.md 1.5), against the simulated panel.</summary>
public sealed class SessionLoginTests
{
    private static string Panel(string more = "") =>
        $$"""{"devices":[{"id":"panel","kind":"panel","auth":["session"],"areas":2,"zones":6,"zoneAreas":[1,1,1,1,2,2],"relays":2{{(more.Length == 0 ? "" : "," + more)}}}]}""";

    private static DeviceConnection Connect(Simulator.Site site, RecordingObserver observer, string password = Simulator.Site.Password, string? login = "session")
    {
        Device device = TestDevices.Panel(site.Host.Devices["panel"]);
        device = device with { Connection = device.Connection! with { Login = login, Password = new Secret(password) } };
        return new DeviceConnection(device, TestDevices.Patient, observer, site.Time, new Random(5), NullLogger.Instance);
    }

    /// <summary>How many logins the panel was asked for, and what came of them.</summary>
    private static async Task<string[]> LoginsAsync(Simulator.Site site) =>
        [.. (await site.ControlAsync("GET", "/requests?method=POST")).AsArray().Where(r => ((string)r!["path"]!).Contains("sessionLogin", StringComparison.Ordinal)).Select(r => (string)r!["auth"]!)];

    [Fact, Trait("Req", "ACT-9")]
    public void Answer_IsTheVerifiedVector()
    {
        DeviceElement capabilities = Assert.Single(DocumentReader.Read(System.Text.Encoding.UTF8.GetBytes("""
            <SessionLoginCap version="1.0" xmlns="http://www.hikvision.com/ver10/XMLSchema"><sessionID>1</sessionID><challenge>9524eedd2912a46ef2c0fcfa27e412c1</challenge><iterations>100</iterations>
            <isIrreversible>true</isIrreversible><sessionIDVersion>2</sessionIDVersion><salt>bef6d541c1ac37f74d90b9d3dc642ab6ea54b17d653b10f24464867b6dbeacb5</salt></SessionLoginCap>
            """)).Documents);
        Assert.Equal("86c59b2a28aafd52fccbd0a46f06200e50467cec0758eb32a8c5d5cce5b55abc", SessionChallenge.Read(capabilities)!.Answer("dalferin", new Secret("test123456")));
        Assert.Null(SessionChallenge.Read(Assert.Single(DocumentReader.Read("<a><sessionID>1</sessionID><challenge>2</challenge><iterations>2000000000</iterations></a>"u8.ToArray()).Documents)));
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("\"sessionVersion\":\"2.1\",\"sessionCookie\":true", "session")]
    [InlineData("\"sessionVersion\":\"2.1\",\"sessionCookie\":false", "session")]
    [InlineData("\"sessionVersion\":\"2\"", "session")]
    [InlineData("\"sessionVersion\":\"2\",\"sessionIrreversible\":false", "session")]
    [InlineData("\"sessionVersion\":\"2.1\"", null)]
    public async Task OneLogin_ServesStreamPollingAndActions(string form, string? login)
    {
        await using Simulator.Site site = await Simulator.Site.StartAsync(Panel(form));
        var observer = new RecordingObserver();
        await using (DeviceConnection connection = Connect(site, observer, login: login))
        {
            connection.Start();
            await Until.True(() => connection.Online && observer.States.Any(s => s.Resource.Value == "store/panel/area/1"), observer.ToString);
            ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("arm", ResourceAddress.Parse("store/panel/area/2"), DataObject.Of(("mode", "away")), CancellationToken.None));
            Assert.True(outcome.Succeeded, outcome.ToString());
            await site.EmitAsync("""{"device":"panel","event":"zoneAlarm","zone":3}""");
            await Until.True(() => observer.Events.Any(e => e.Type == "zoneAlarm"), observer.ToString);
            Assert.Equal(["accepted"], await LoginsAsync(site));
        }

        Assert.Contains(await site.AskedAsync("panel"), r => r.StartsWith("PUT /ISAPI/Security/sessionLogout", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task SessionThatIsOver_CostsOneLogin_AndTheRequestIsDone()
    {
        await using Simulator.Site site = await Simulator.Site.StartAsync(Panel("\"sessionSeconds\":60"));
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, observer);
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        site.Time.Advance(TimeSpan.FromSeconds(300));
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("openRelay", ResourceAddress.Parse("store/panel/relay/1"), DataObject.Empty, CancellationToken.None));
        Assert.True(outcome.Succeeded, outcome.ToString());
        Assert.Equal(["accepted", "accepted"], await LoginsAsync(site));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task WrongPassword_CostsOneLogin_ThenSilenceUntilTold()
    {
        await using Simulator.Site site = await Simulator.Site.StartAsync(Panel());
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, observer, "wrong");
        connection.Start();
        await Until.True(() => !observer.Problems.IsEmpty && !observer.Availability.IsEmpty, observer.ToString);
        Assert.Equal(DeviceProblemKind.LoginRefused, Assert.Single(observer.Problems).Kind);
        Assert.Contains("4 attempts left", observer.Availability.Single().Reason, StringComparison.Ordinal);
        for (int i = 0; i < 20; i++) site.Time.Advance(TimeSpan.FromMinutes(1));
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("openRelay", ResourceAddress.Parse("store/panel/relay/1"), DataObject.Empty, CancellationToken.None));
        Assert.Equal((ActionReason.Unauthorized, false), (outcome.Reason, outcome.RetrySafe));
        Assert.Equal(["wrongPassword"], await LoginsAsync(site));

        connection.RetryLogin();
        await Until.True(() => LoginsAsync(site).GetAwaiter().GetResult().Length == 2, observer.ToString);
        Assert.Equal(["wrongPassword", "wrongPassword"], await LoginsAsync(site));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task AllSessionsTaken_IsBusy_NotAWrongPassword()
    {
        await using Simulator.Site site = await Simulator.Site.StartAsync(Panel("\"maxSessions\":1"));
        var first = new RecordingObserver();
        await using DeviceConnection owner = Connect(site, first);
        owner.Start();
        await Until.True(() => owner.Online, first.ToString);
        var observer = new RecordingObserver();
        await using DeviceConnection connection = Connect(site, observer);
        connection.Start();
        await Until.True(() => !observer.Availability.IsEmpty, observer.ToString);
        Assert.Contains("no more user can log in", observer.Availability.First().Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(observer.Problems, p => p.Kind == DeviceProblemKind.LoginRefused);
    }
}
