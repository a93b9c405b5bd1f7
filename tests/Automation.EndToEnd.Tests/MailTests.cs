using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>From a recorder's event to a mail in a mailbox, through a server that is not ours; and through a kill in between.</summary>
public sealed class MailTests
{
    private const string Rules = """
        [ { "kind": "exception", "id": "recorder", "name": "Recorder in trouble", "sources": ["store/nvr"], "exceptions": ["hddFull"], "receivedBy": ["email"] },
          { "kind": "automation", "id": "zone", "name": "Zone alarm", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ],
            "actions": [ { "notify": { "message": "Somebody is in the store", "receivedBy": ["email"] } } ] } ]
        """;

    [Fact, Trait("Req", "EXC-3"), Trait("Req", "ACT-10")]
    public async Task Alarm_IsMailedWithWhy_AlsoWhenTheServerComesBackAfterAKill()
    {
        await using Store store = await Store.StartAsync(Rules);
        await using SmtpPeer mail = await SmtpPeer.StartAsync("startTls", user: "alarm");
        store.Environment["SMTP_PASSWORD"] = "open sesame";
        await ConfigureAsync(store, mail.Port, mail.AuthorityFile);
        await using (HostProcess host = await store.RunAsync())
        {
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
            await Until.True(() => mail.Mails.Count == 1, () => host.Output);
            Assert.StartsWith("Store: Zone alarm", mail.Mails[0].Header("Subject"), StringComparison.Ordinal);
            Assert.Equal(("alarm", true), (mail.Mails[0].User, mail.Mails[0].Tls));
            Assert.Contains("Somebody is in the store", mail.Mails[0].Data, StringComparison.Ordinal);
            Assert.Contains("Cause: zoneAlarm at store/panel/zone/3", mail.Mails[0].Data, StringComparison.Ordinal);
        }

        // Nobody listens on this port: the mail stays with the program, which is then killed.
        await ConfigureAsync(store, FreePort.Next(), mail.AuthorityFile);
        await using (HostProcess host = await store.RunAsync())
        {
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "inactive" });
            await store.EmitAsync(new { device = "panel", @event = "zoneAlarm", zone = 3, state = "active" });
            await host.SaysAsync("anna was not told by email");
            await host.KillAsync();
        }

        await ConfigureAsync(store, mail.Port, mail.AuthorityFile);
        await using HostProcess again = await store.RunAsync();
        await Until.True(() => mail.Mails.Count == 2, () => again.Output);
        Assert.NotEqual(mail.Mails[0].Header("Message-ID"), mail.Mails[1].Header("Message-ID"));
        await again.SaysAsync("anna was told by email");
    }

    private static Task ConfigureAsync(Store store, int port, string authority) => File.WriteAllTextAsync(store.ConfigFile, $$"""
        { "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null,
          "notifications": { "people": [ { "id": "anna", "roles": ["siteManager"], "email": "anna@example.com" } ],
            "smtp": { "host": "localhost", "port": {{port}}, "from": "Automation <alarm@example.com>", "user": "alarm", "passwordEnv": "SMTP_PASSWORD", "certificateAuthority": "{{authority}}" } } }
        """);
}
