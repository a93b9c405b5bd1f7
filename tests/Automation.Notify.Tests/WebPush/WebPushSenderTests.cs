using Automation.Core.Model;
using Automation.Notify.WebPush;
using Automation.TestKit;

namespace Automation.Notify.Tests.WebPush;

public sealed class WebPushSenderTests
{
    private static readonly VapidKeys Keys = VapidKeys.Create();

    [Theory, Trait("Req", "EXC-3")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(WebPushSender.MaximumBytes)]
    public async Task SendAsync_Message_IsReadByTheBrowserItIsFor(int bytes)
    {
        using var peer = new PushPeer(Keys.PublicKey);
        string text = bytes == 1 ? "Videoausfall – Kanal ü" : new string('x', bytes);
        Assert.Equal(DeliveryOutcome.Done(), await SendAsync(peer, "store-184.0", text));
        PushedMessage message = Assert.Single(peer.Messages);
        Assert.Equal((text, 86_400, "high", "mailto:alarm@example.com"), (message.Text, message.TimeToLive, message.Urgency, message.Subject));
        Assert.Matches("^[A-Za-z0-9_-]{1,32}$", message.Topic);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_SameId_HasTheSameTopic()
    {
        using var peer = new PushPeer(Keys.PublicKey);
        foreach (string id in new[] { "a", "a", "b" }) Assert.True((await SendAsync(peer, id, "x")).Succeeded);
        Assert.Equal(peer.Messages[0].Topic, peer.Messages[1].Topic);
        Assert.NotEqual(peer.Messages[0].Topic, peer.Messages[2].Topic);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData(404, 0, DeliveryReason.Gone, false)]
    [InlineData(410, 0, DeliveryReason.Gone, false)]
    [InlineData(403, 0, DeliveryReason.Unauthorized, false)]
    [InlineData(400, 0, DeliveryReason.MessageRefused, false)]
    [InlineData(413, 0, DeliveryReason.MessageRefused, false)]
    [InlineData(429, 90, DeliveryReason.Busy, true)]
    [InlineData(503, 0, DeliveryReason.Busy, true)]
    public async Task SendAsync_ServiceSaysNo_SaysWhyAndWhetherToTryAgain(int status, int retryAfter, DeliveryReason reason, bool retryHelps)
    {
        using var peer = new PushPeer(Keys.PublicKey);
        peer.Refusals.Enqueue((status, retryAfter));
        DeliveryOutcome outcome = await SendAsync(peer, "a", "x");
        Assert.Equal((reason, retryHelps, retryAfter == 0 ? null : TimeSpan.FromSeconds(retryAfter)), (outcome.Reason, outcome.RetryHelps, outcome.RetryAfter));
        Assert.Empty(peer.Messages);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_OtherKeyThanSubscribedFor_IsUnauthorized()
    {
        using var peer = new PushPeer(VapidKeys.Create().PublicKey);
        Assert.Equal(DeliveryReason.Unauthorized, (await SendAsync(peer, "a", "x")).Reason);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_NobodyListens_IsUnreachable()
    {
        using var sender = new WebPushSender(Keys, "mailto:alarm@example.com", TimeProvider.System);
        using var peer = new PushPeer(Keys.PublicKey);
        var target = new PushTarget($"http://127.0.0.1:{FreePort.Next()}/x", peer.P256dh, peer.Auth);
        DeliveryOutcome outcome = await Until.Done(sender.SendAsync(target, "a", "x", TimeSpan.FromDays(1), TestContext.Current.CancellationToken));
        Assert.Equal((DeliveryReason.Unreachable, true), (outcome.Reason, outcome.RetryHelps));
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("AAAA", false)]
    [InlineData("BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true)]
    public async Task SendAsync_KeysThatAreNone_IsGone(string p256dh, bool looksRight)
    {
        using var peer = new PushPeer(Keys.PublicKey);
        var target = new PushTarget(peer.Endpoint, p256dh, peer.Auth);
        Assert.Equal(looksRight, target.Problem([peer.Origin]) is null);
        using var sender = new WebPushSender(Keys, "mailto:alarm@example.com", TimeProvider.System);
        Assert.Equal(DeliveryReason.Gone, (await Until.Done(sender.SendAsync(target, "a", "x", TimeSpan.FromDays(1), TestContext.Current.CancellationToken))).Reason);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("https://fcm.googleapis.com/fcm/send/abc", true)]
    [InlineData("https://web.push.apple.com/abc", true)]
    [InlineData("https://push.apple.com.evil.example/abc", false)]
    [InlineData("https://evilpush.apple.com/abc", false)]
    [InlineData("http://fcm.googleapis.com/abc", false)]
    [InlineData("https://fcm.googleapis.com:8443/abc", false)]
    [InlineData("https://user@fcm.googleapis.com/abc", false)]
    [InlineData("https://192.168.1.1/abc", false)]
    [InlineData("http://127.0.0.1:1/abc", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("nonsense", false)]
    public void Problem_EndpointOfNoKnownService_IsSaid(string endpoint, bool allowed)
    {
        using var peer = new PushPeer(Keys.PublicKey);
        Assert.Equal(allowed, new PushTarget(endpoint, peer.P256dh, peer.Auth).Problem(["fcm.googleapis.com", "*.push.apple.com"]) is null);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void FromPrivateKey_PairMadeBefore_IsTheSame()
    {
        Assert.Equal(Keys, VapidKeys.FromPrivateKey(Keys.PrivateKey));
        Assert.DoesNotContain(Keys.PrivateKey.Reveal(), Keys.ToString(), StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => VapidKeys.FromPrivateKey(new Secret("AAAA")));
        Assert.Throws<FormatException>(() => VapidKeys.FromPrivateKey(new Secret("not base64url!")));
    }

    private static async Task<DeliveryOutcome> SendAsync(PushPeer peer, string id, string text)
    {
        using var sender = new WebPushSender(Keys, "mailto:alarm@example.com", TimeProvider.System);
        DeliveryOutcome outcome = await Until.Done(sender.SendAsync(new PushTarget(peer.Endpoint, peer.P256dh, peer.Auth), id, text, TimeSpan.FromDays(1), TestContext.Current.CancellationToken));
        Assert.Equal("", string.Join(";", peer.Problems));
        return outcome;
    }
}
