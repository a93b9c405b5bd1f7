using Automation.Core.Model;

namespace Automation.Notify.Tests;

public sealed class NotificationTests
{
    [Theory, Trait("Req", "EXC-3")]
    [InlineData(Notification.MaximumTextLength, Notification.MaximumTextLength, 'x')]
    [InlineData(Notification.MaximumTextLength + 1, Notification.MaximumTextLength, '…')]
    public void Text_BeyondTheLimit_IsCutWithAnEllipsis(int length, int kept, char last)
    {
        Notification notification = Of(new string('x', length));
        Assert.Equal(kept, notification.Text.Length);
        Assert.Equal(last, notification.Text[^1]);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Recipients_WhenNothingIsSaid_AreTheSiteManager() => Assert.Equal([Recipient.SiteManager], Of("x").Recipients);

    private static Notification Of(string text) => new() { Cause = new CauseId("store", 1), At = DateTimeOffset.UnixEpoch, Rule = "r", Text = text };
}
