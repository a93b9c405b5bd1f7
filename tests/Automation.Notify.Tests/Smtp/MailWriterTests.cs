using Automation.Notify.Smtp;

namespace Automation.Notify.Tests.Smtp;

public sealed class MailWriterTests
{
    [Theory, Trait("Req", "EXC-3")]
    [InlineData("store-184.0.anna", "store-184.0.anna@example.com")]
    [InlineData("a b\r\n>x", null)]
    [InlineData(".a", null)]
    [InlineData("a..b", null)]
    [InlineData("", null)]
    public void MessageId_IdOrItsHash_IsOneWordAndTheSameEachTime(string id, string? expected)
    {
        string made = MailWriter.MessageId(id, "example.com");
        if (expected is not null) Assert.Equal(expected, made);
        Assert.Matches("^[A-Za-z0-9_.-]+@example\\.com$", made);
        Assert.Equal(made, MailWriter.MessageId(id, "example.com"));
        Assert.NotEqual(made, MailWriter.MessageId(id + "x", "example.com"));
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("anna@example.com", true)]
    [InlineData("Anna Vogel <anna@example.com>", true)]
    [InlineData("\"Vogel, Anna\" <anna@example.com>", true)]
    [InlineData("änna@exämple.com", true)]
    [InlineData("anna", false)]
    [InlineData("", false)]
    [InlineData("anna@", false)]
    [InlineData("@example.com", false)]
    [InlineData("anna@example.com\r\nBcc: b@example.com", false)]
    [InlineData("anna@example.com, berta@example.com", false)]
    [InlineData("Family: anna@example.com;", false)]
    public void IsAddress_OneAddress_AndNothingElse(string text, bool expected) => Assert.Equal(expected, MailAddresses.IsAddress(text));

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("abcdef", 6, "abcdef")]
    [InlineData("abcdefg", 6, "abcde…")]
    [InlineData("abcd\U0001F525gh", 6, "abcd…")]
    public void OneLine_BeyondTheLimit_IsCutWithAnEllipsis(string text, int maximum, string expected) => Assert.Equal(expected, DeliveryOutcome.OneLine(text, maximum));
}
