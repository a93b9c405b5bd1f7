using System.Net;
using System.Net.Sockets;
using Automation.Core.Model;
using Automation.Notify.Smtp;
using Automation.TestKit;
using MimeKit;

namespace Automation.Notify.Tests.Smtp;

/// <summary>Mail over a server that we did not write, in a process of its own.</summary>
public sealed class SmtpSenderTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 20, 18, 0, 0, TimeSpan.FromHours(1));

    private static Mail Hello => new()
    {
        Id = "store-184.0.anna", At = At, To = "Änna Vogel <anna@example.com>", Subject = "Store: video loss – Kanal ü", Text = "First line.\n.a line with a dot\n..two\nÜmläut €", Html = "<p>First <b>line</b>.</p>",
    };

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("startTls", SmtpSecurity.StartTls)]
    [InlineData("implicitTls", SmtpSecurity.ImplicitTls)]
    public async Task SendAsync_OverTlsWithAPassword_IsTakenByTheServer(string security, SmtpSecurity asked)
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync(security, user: "automation");
        DeliveryOutcome outcome = await SendAsync(Settings(peer) with { Security = asked, User = "automation", Password = new Secret("open sesame") }, Hello);
        Assert.Equal(DeliveryReason.None, outcome.Reason);
        TakenMail mail = Assert.Single(peer.Mails);
        Assert.Equal(("alarm@example.com", true, "automation"), (mail.Sender, mail.Tls, mail.User));
        Assert.Equal(["anna@example.com"], mail.To);
        if (asked == SmtpSecurity.StartTls) Assert.False(peer.Told("ehlo")[0].GetProperty("tls").GetBoolean());
        Assert.All(peer.Told("auth"), a => Assert.True(a.GetProperty("good").GetBoolean()));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_Message_ArrivesAsItWasMeant()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        Mail mail = Hello with { BelongsTo = "store-180.0.anna", Language = "de", Attachments = [new MailAttachment("Bericht ü.pdf", "application/pdf", "%PDF-1.7"u8.ToArray())] };
        Assert.True((await SendAsync(Settings(peer), mail)).Succeeded);
        TakenMail taken = Assert.Single(peer.Mails);
        Assert.Equal("<store-184.0.anna@example.com>", taken.Header("Message-ID"));
        Assert.Equal("<store-180.0.anna@example.com>", taken.Header("In-Reply-To"));
        Assert.Equal("Fri, 20 Nov 2026 18:00:00 +0100", taken.Header("Date"));
        Assert.Equal("auto-generated", taken.Header("Auto-Submitted"));
        Assert.Equal("de", taken.Header("Content-Language"));
        Assert.Matches("^[ -~]+$", taken.Header("Subject"));

        // What mail programs see of it; the parser is not ours.
        using MimeMessage parsed = await MimeMessage.LoadAsync(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(taken.Data)), TestContext.Current.CancellationToken);
        Assert.Equal("Store: video loss – Kanal ü", parsed.Subject);
        Assert.Equal("Änna Vogel", parsed.To!.Mailboxes.Single().Name);
        Assert.Equal("First line.\n.a line with a dot\n..two\nÜmläut €", parsed.TextBody!.ReplaceLineEndings("\n").TrimEnd('\n'));
        Assert.Equal("<p>First <b>line</b>.</p>", parsed.HtmlBody!.Trim());
        MimePart attachment = Assert.IsType<MimePart>(Assert.Single(parsed.Attachments));
        Assert.Equal(("Bericht ü.pdf", "application/pdf"), (attachment.FileName, attachment.ContentType.MimeType));
        Assert.Equal("multipart/alternative", ((Multipart)parsed.Body!)[0].ContentType.MimeType);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("x\r\nBcc: thief@example.com", "x  Bcc: thief@example.com")]
    [InlineData("x\nX-Evil: 1\n\nbody", "x X-Evil: 1  body")]
    [InlineData("tab\tand\u2028separator\0nul", "tab and separator nul")]
    public async Task SendAsync_LineBreaksInTheSubject_AddNoHeader(string subject, string seen)
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        Assert.True((await SendAsync(Settings(peer), Hello with { Subject = subject, Language = "de\r\nX-Evil: 2" })).Succeeded);
        TakenMail mail = Assert.Single(peer.Mails);
        Assert.Equal(seen, mail.Header("Subject"));
        Assert.Null(mail.Header("Bcc"));
        Assert.Null(mail.Header("X-Evil"));
        Assert.Equal(["anna@example.com"], mail.To);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("busy@example.com", DeliveryReason.Busy, true, "451 4.3.0 come again later")]
    [InlineData("nobody@example.com", DeliveryReason.RecipientRefused, false, "550 5.1.1 there is nobody of that name here")]
    [InlineData("full@example.com", DeliveryReason.MessageRefused, false, "552 5.2.2 the mailbox is full")]
    [InlineData("a@b@c", DeliveryReason.RecipientRefused, false, "'a@b@c' is not a mail address")]
    [InlineData("anna@example.com, thief@example.com", DeliveryReason.RecipientRefused, false, "'anna@example.com, thief@example.com' is not a mail address")]
    public async Task SendAsync_ServerSaysNo_SaysWhyAndWhetherToTryAgain(string to, DeliveryReason reason, bool retryHelps, string detail)
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        Assert.Equal(DeliveryOutcome.Failed(reason, retryHelps, detail), await SendAsync(Settings(peer), Hello with { To = to }));
        Assert.Empty(peer.Mails);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_WrongPassword_IsOneTryAndNoMail()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync("startTls", user: "automation");
        DeliveryOutcome outcome = await SendAsync(Settings(peer) with { Security = SmtpSecurity.StartTls, User = "automation", Password = new Secret("wrong") }, Hello);
        Assert.Equal((DeliveryReason.Unauthorized, true), (outcome.Reason, outcome.RetryHelps));
        Assert.DoesNotContain("wrong", outcome.Detail, StringComparison.Ordinal);
        Assert.Empty(peer.Mails);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_ServerWithoutStartTls_GetsNeitherPasswordNorMail()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync("none", user: "automation");
        DeliveryOutcome outcome = await SendAsync(Settings(peer) with { Security = SmtpSecurity.StartTls, User = "automation", Password = new Secret("open sesame") }, Hello);
        Assert.Equal((DeliveryReason.TlsFailed, true), (outcome.Reason, outcome.RetryHelps));
        Assert.Empty(peer.Told("auth"));
        Assert.Empty(peer.Mails);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_ServerThatTakesNoPassword_IsUnauthorized()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        DeliveryOutcome outcome = await SendAsync(Settings(peer) with { User = "automation", Password = new Secret("open sesame") }, Hello);
        Assert.Equal(DeliveryOutcome.Failed(DeliveryReason.Unauthorized, true, "the server takes no password"), outcome);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("startTls", SmtpSecurity.StartTls, "other.example.com", true)]
    [InlineData("implicitTls", SmtpSecurity.ImplicitTls, "other.example.com", true)]
    [InlineData("startTls", SmtpSecurity.StartTls, "localhost", false)]
    public async Task SendAsync_CertificateOfAnotherOrOfNobodyWeTrust_GetsNothing(string security, SmtpSecurity asked, string name, bool trusted)
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync(security, name: name);
        SmtpSettings settings = Settings(peer) with { Security = asked };
        DeliveryOutcome outcome = await SendAsync(trusted ? settings : settings with { TrustedRoots = [] }, Hello);
        Assert.Equal(DeliveryReason.TlsFailed, outcome.Reason);
        Assert.Empty(peer.Mails);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData(true, DeliveryReason.None)]
    [InlineData(false, DeliveryReason.RecipientRefused)]
    public async Task SendAsync_AddressWithOtherLetters_NeedsSmtpUtf8(bool offered, DeliveryReason reason)
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync(utf8: offered);
        Assert.Equal(reason, (await SendAsync(Settings(peer), Hello with { To = "änna@example.com" })).Reason);
        Assert.Equal(offered ? [true] : [], peer.Mails.Select(m => m.Utf8));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_NobodyListens_IsUnreachable()
    {
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = FreePort.Next(), Security = SmtpSecurity.None, From = "alarm@example.com" };
        DeliveryOutcome outcome = await SendAsync(settings, Hello);
        Assert.Equal((DeliveryReason.Unreachable, true), (outcome.Reason, outcome.RetryHelps));
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("", DeliveryReason.Unreachable)]
    [InlineData("220 hello\r\n", DeliveryReason.Unreachable)]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", DeliveryReason.BadAnswer)]
    [InlineData("554 no service\r\n", DeliveryReason.MessageRefused)]
    public async Task SendAsync_ServerThatIsNone_IsAnOutcome(string greeting, DeliveryReason reason)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync();
        var settings = new SmtpSettings { Host = "127.0.0.1", Port = ((IPEndPoint)listener.LocalEndpoint).Port, Security = SmtpSecurity.None, From = "alarm@example.com" };
        DeliveryOutcome outcome = await SendAsync(settings, Hello);
        await Until.Done(serving);
        Assert.False(outcome.Succeeded);
        if (reason == DeliveryReason.Unreachable) Assert.True(outcome.RetryHelps);
        else Assert.Equal(reason, outcome.Reason);

        async Task ServeAsync()
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(greeting));
        }
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_ServerThatNeverAnswers_EndsAtTheLimit()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        var time = new ManualTime();
        Task<DeliveryOutcome> sending = new SmtpSender(Settings(peer), time).SendAsync(Hello with { To = "slow@example.com" }, TestContext.Current.CancellationToken);
        await Until.True(() => peer.Told("ehlo").Count > 0);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(DeliveryOutcome.Failed(DeliveryReason.TimedOut, true, "no end within 60 s"), await Until.Done(sending));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task SendAsync_Cancelled_Throws()
    {
        await using SmtpPeer peer = await SmtpPeer.StartAsync();
        using var stop = new CancellationTokenSource();
        Task<DeliveryOutcome> sending = new SmtpSender(Settings(peer), TimeProvider.System).SendAsync(Hello with { To = "slow@example.com" }, stop.Token);
        await Until.True(() => peer.Told("ehlo").Count > 0);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Until.Done(sending));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Settings_Printed_ShowNoPassword() =>
        Assert.DoesNotContain("sesame", new SmtpSettings { Host = "h", From = "a@b.c", Password = new Secret("open sesame") }.ToString(), StringComparison.Ordinal);

    private static SmtpSettings Settings(SmtpPeer peer) => new()
    {
        Host = "localhost", Port = peer.Port, Security = SmtpSecurity.None, From = "Automation <alarm@example.com>", TrustedRoots = peer.Authority is { } authority ? [authority] : [],
    };

    private static Task<DeliveryOutcome> SendAsync(SmtpSettings settings, Mail mail) =>
        Until.Done(new SmtpSender(settings, TimeProvider.System).SendAsync(mail, TestContext.Current.CancellationToken));
}
