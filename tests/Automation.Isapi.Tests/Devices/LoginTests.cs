using Automation.Core.Model;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Devices;

public sealed class LoginTests
{
    [Theory, Trait("Req", "ACT-9")]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\", qop=\"auth\", algorithm=MD5")]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\", qop=\"auth\", algorithm=MD5-sess")]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\", qop=\"auth\", algorithm=SHA-256")]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\", qop=\"auth-int\", algorithm=MD5")]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\"")]
    [InlineData("Basic realm=\"device\"")]
    public async Task EveryLogin_WithTheRightPassword_OpensTheStreamAndDoesActions(string challenge)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Challenge = challenge;
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("callPreset", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Of(("preset", 3)), CancellationToken.None));
        Assert.True(outcome.Succeeded, outcome.ToString());
        Assert.Equal(0, device.RejectedLogins);
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData("Basic realm=\"device\"", false)]
    [InlineData("Digest realm=\"device\", nonce=\"{0}\", qop=\"auth\", algorithm=MD5", true)]
    public async Task APasswordThatMustNotBeRead_IsNotSentAsBasic(string challenge, bool online)
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.Challenge = challenge;
        var observer = new RecordingObserver();
        Device asked = TestDevices.Recorder(device.Url);
        await using DeviceConnection connection = TestDevices.Connect(asked with { Connection = asked.Connection! with { NeverReadable = true } }, observer, new ManualTime());
        connection.Start();
        await Until.True(() => !observer.Availability.IsEmpty, observer.ToString);
        Assert.Equal(online, connection.Online);
        Assert.DoesNotContain(device.Requests, r => r.Authorization?.StartsWith("Basic", StringComparison.Ordinal) == true);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task WrongPassword_CostsOneRejectedLoginAndThenSilence()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url).WithPassword("wrong"), observer, time);
        connection.Start();
        await Until.True(() => !observer.Availability.IsEmpty, observer.ToString);
        Assert.Equal(1, device.RejectedLogins);
        for (int minute = 0; minute < 60; minute++) time.Advance(TimeSpan.FromMinutes(1));
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None));
        Assert.Equal(ActionReason.Unauthorized, outcome.Reason);
        Assert.Equal(1, device.RejectedLogins);
        Assert.Equal(2, device.Requests.Count);
        Assert.Equal(DeviceProblemKind.LoginRefused, Assert.Single(observer.Problems).Kind);
        (bool online, string? reason) = Assert.Single(observer.Availability);
        Assert.False(online);
        Assert.Contains("password", reason, StringComparison.Ordinal);
        Assert.Equal("store/nvr {login: refused}", Assert.Single(observer.States.Select(s => $"{s.Resource} {s.Properties}")));

        device.Password = "wrong";
        connection.RetryLogin();
        await Until.True(() => connection.Online, observer.ToString);
        Assert.Equal(("{login: ok}", false), Assert.Single(observer.Logins.Select(l => (l.Properties.ToString(), l.Initial))));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task LockedAccount_SendsNothingUntilItUnlocks()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        device.RefusalBody = "<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString><lockStatus>lock</lockStatus><unlockTime>600</unlockTime><retryLoginTime>0</retryLoginTime></userCheck>";
        var observer = new RecordingObserver();
        var time = new ManualTime();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, time, TestDevices.Patient);
        connection.Start();
        await Until.True(() => !observer.Availability.IsEmpty, observer.ToString);
        Assert.Equal(DeviceProblemKind.LoginLocked, Assert.Single(observer.Problems).Kind);
        Assert.Single(device.Requests);
        Assert.Equal(("locked", time.GetUtcNow().AddSeconds(600)), (observer.States.Single().Properties["login"].Text, DateTimeOffset.Parse(observer.States.Single().Properties["unlockAt"].Text, System.Globalization.CultureInfo.InvariantCulture)));
        await Until.True(() => time.WaitingTimers > 0);
        time.Advance(TimeSpan.FromSeconds(590));
        Assert.Single(device.Requests);
        device.RefusalBody = "";
        await Until.True(() =>
        {
            time.Advance(TimeSpan.FromSeconds(20));
            return connection.Online;
        }, observer.ToString);
        Assert.Equal(0, device.RejectedLogins);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task PasswordChangedMeanwhile_IsToldAndNotTriedByEveryLoop()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime(), TestDevices.Patient);
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        device.Password = "another";
        device.Nonce = "n2";
        ActionOutcome[] outcomes = await Until.Done(Task.WhenAll(Enumerable.Range(0, 5).Select(_ => connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None))));
        Assert.All(outcomes, o => Assert.Equal((ActionReason.Unauthorized, false), (o.Reason, o.RetrySafe)));
        // The old nonce once, the new one once; the others are not sent.
        Assert.InRange(device.RejectedLogins, 1, 2);
        Assert.Equal(DeviceProblemKind.LoginRefused, Assert.Single(observer.Problems).Kind);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task ExpiredNonce_IsAnsweredOnceWithTheNewOne()
    {
        await using FakeDevice device = await FakeDevice.StartAsync();
        var observer = new RecordingObserver();
        await using DeviceConnection connection = TestDevices.Connect(TestDevices.Recorder(device.Url), observer, new ManualTime());
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);
        device.Nonce = "n2";
        ActionOutcome outcome = await Until.Done(connection.ExecuteAsync("goHome", ResourceAddress.Parse("store/nvr/channel/4"), DataObject.Empty, CancellationToken.None));
        Assert.True(outcome.Succeeded, outcome.ToString());
        Assert.True(connection.Online);
    }
}
