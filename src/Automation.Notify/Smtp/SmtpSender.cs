using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Automation.Notify.Smtp;

/// <summary>Hands mail to a server (EXC-3). One connection a message: an alarm is rare, and a connection that is kept goes stale. Never throws for a world that fails.</summary>
public sealed class SmtpSender(SmtpSettings settings, TimeProvider time)
{
    /// <summary>A mail is a page of text and perhaps a report; more is a mistake.</summary>
    public const int MaximumBytes = 20 * 1024 * 1024;

    /// <summary>Hands one mail over; done means the server has taken charge of it.</summary>
    public async Task<DeliveryOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        MimeMessage message;
        try
        {
            message = MailWriter.Write(mail, settings.From);
        }
        catch (FormatException e)
        {
            return DeliveryOutcome.Failed(DeliveryReason.RecipientRefused, false, e.Message);
        }

        using (message)
        {
            if (mail.Attachments.Sum(a => (long)a.Bytes.Length) > MaximumBytes) return DeliveryOutcome.Failed(DeliveryReason.MessageRefused, false, $"the attachments are larger than {MaximumBytes} bytes");
            using var deadline = new CancellationTokenSource(settings.Timeout, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                return await SendAsync(message, both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return DeliveryOutcome.Failed(DeliveryReason.TimedOut, true, $"no end within {settings.Timeout.TotalSeconds:0} s");
            }
            catch (Exception e) when (OutcomeOf(e) is { } outcome)
            {
                return outcome;
            }
        }
    }

    private async Task<DeliveryOutcome> SendAsync(MimeMessage message, CancellationToken cancellationToken)
    {
        using var client = new SmtpClient { CheckCertificateRevocation = false, Timeout = (int)settings.Timeout.TotalMilliseconds };
        if (!settings.TrustedRoots.IsEmpty) client.ServerCertificateValidationCallback = IsTrusted;
        SecureSocketOptions security = settings.Security switch
        {
            SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
            SmtpSecurity.ImplicitTls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.None,
        };
        await client.ConnectAsync(settings.Host, settings.Port, security, cancellationToken).ConfigureAwait(false);
        if (settings.User.Length > 0)
        {
            if (!client.IsSecure && !IsThisMachine(settings.Host)) return DeliveryOutcome.Failed(DeliveryReason.TlsFailed, false, "a password is not sent in the clear");
            if (!client.Capabilities.HasFlag(SmtpCapabilities.Authentication) || client.AuthenticationMechanisms.Count == 0) return DeliveryOutcome.Failed(DeliveryReason.Unauthorized, true, "the server takes no password");
            await client.AuthenticateAsync(settings.User, settings.Password.Reveal(), cancellationToken).ConfigureAwait(false);
        }

        FormatOptions options = FormatOptions.Default.Clone();
        options.International = message.To.Mailboxes.Concat(message.From.Mailboxes).Any(a => a.LocalPart.Any(c => c > 127));
        if (options.International && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            return DeliveryOutcome.Failed(DeliveryReason.RecipientRefused, false, "the server takes no addresses with other letters than those of ASCII (SMTPUTF8)");
        }

        string answer = await client.SendAsync(options, message, cancellationToken).ConfigureAwait(false);
        await DisconnectAsync(client, cancellationToken).ConfigureAwait(false);
        return DeliveryOutcome.Done(answer);
    }

    /// <summary>The server has the message; what becomes of the goodbye changes nothing, and must not make it leave twice.</summary>
    private static async Task DisconnectAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || OutcomeOf(e) is not null)
        {
            // Closed by disposing.
        }
    }

    private static DeliveryOutcome? OutcomeOf(Exception exception) => exception switch
    {
        SmtpCommandException { StatusCode: SmtpStatusCode.AuthenticationRequired } e => DeliveryOutcome.Failed(DeliveryReason.Unauthorized, true, Words(e)),
        SmtpCommandException e when (int)e.StatusCode is >= 400 and < 500 => DeliveryOutcome.Failed(DeliveryReason.Busy, true, Words(e)),
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } e => DeliveryOutcome.Failed(DeliveryReason.RecipientRefused, false, Words(e)),
        SmtpCommandException e => DeliveryOutcome.Failed(DeliveryReason.MessageRefused, false, Words(e)),
        SslHandshakeException e => DeliveryOutcome.Failed(DeliveryReason.TlsFailed, true, e.InnerException is System.Security.Authentication.AuthenticationException inner ? inner.Message : FirstLine(e.Message)),
        // MailKit says so when the server offers no STARTTLS: somebody may stand between, or it was configured wrong.
        NotSupportedException e => DeliveryOutcome.Failed(DeliveryReason.TlsFailed, true, e.Message),
        // May be a password just changed, or a server whose directory is away: whoever calls waits long before the next try.
        AuthenticationException e => DeliveryOutcome.Failed(DeliveryReason.Unauthorized, true, e.Message),
        SmtpProtocolException or ServiceNotConnectedException or CommandException or ProtocolException => DeliveryOutcome.Failed(DeliveryReason.BadAnswer, true, exception.Message),
        TimeoutException e => DeliveryOutcome.Failed(DeliveryReason.TimedOut, true, e.Message),
        SocketException or IOException => DeliveryOutcome.Failed(DeliveryReason.Unreachable, true, exception.Message),
        _ => null,
    };

    private static string Words(SmtpCommandException e) => $"{(int)e.StatusCode} {e.Message}";

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));

    /// <summary>The chain must end at one of the configured authorities, and the name must be the server's.</summary>
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors is not (SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateChainErrors) || certificate is null) return false;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.CustomTrustStore.AddRange(settings.TrustedRoots.ToArray());
        if (chain is not null) own.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Select(e => e.Certificate).ToArray());
        using X509Certificate2 leaf = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(leaf);
    }
}
