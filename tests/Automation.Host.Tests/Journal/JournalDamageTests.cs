using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Journal;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Automation.Host.Tests.Storage.StoreHouse;

namespace Automation.Host.Tests.Journal;

public sealed class SqliteJournalDamageTests : JournalDamageTests
{
    private protected override Task<StoreHouse> HouseAsync() => Task.FromResult(Sqlite());
}

public sealed class PostgresJournalDamageTests(PostgresServer server) : JournalDamageTests
{
    private protected override Task<StoreHouse> HouseAsync() => PostgresAsync(server);
}

/// <summary>What a start makes of a journal that is not whole, whatever database is under it. Torn files, which only SQLite has, are in <see cref="DamageTests"/>.</summary>
public abstract class JournalDamageTests
{
    private const string Site = """{ "id": "store", "name": "Store", "timeZone": "Europe/Berlin", "devices": [ { "id": "panel", "name": "Panel", "kind": "security-panel", "resources": [ { "kind": "area", "number": 1 }, { "kind": "zone", "number": 3, "area": 1 }, { "kind": "relay", "number": 0 } ] } ] }""";

    private const string Rules = """[ { "kind": "linkage", "id": "alarm", "name": "Alarm", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] } ]""";

    private readonly RuleSetFiles _files = new(new SourceFile("site.json", Encoding.UTF8.GetBytes(Site)), [], [new SourceFile("rules.json", Encoding.UTF8.GetBytes(Rules))]);

    private protected abstract Task<StoreHouse> HouseAsync();

    [Theory, Trait("Req", "ACT-10")]
    [InlineData("UPDATE journal SET bytes = $1 WHERE last = 6", 5, 3, "the journal cannot be read after input 5", "inputs 6 to 10 are lost")]
    [InlineData("DELETE FROM journal WHERE last = 6 AND $1 IS NOT NULL", 5, 3, "the journal cannot be read after input 5: the journal is damaged (rows are missing)", "inputs 6 to 10 are lost")]
    [InlineData("DELETE FROM journal WHERE last > 8 AND $1 IS NOT NULL", 8, 6, "inputs 9 to 10 were taken before the stop and are not in the database", null)]
    [InlineData("UPDATE journal SET last = 11 WHERE last = 10 AND $1 IS NOT NULL", 9, 7, "a row is not the one it says", "inputs 10 to 11 are lost")]
    [InlineData("UPDATE rule_sets SET at = at WHERE $1 IS NULL", 10, 8, null, null)]
    public async Task WhatCannotBeTrusted_IsDropped_WhatIsBeforeItStands_NoNumberIsGivenTwice(string damage, int last, int firings, string? said, string? lost)
    {
        await using StoreHouse house = await HouseAsync();
        SqlDatabase database = await house.OpenAsync();
        using var folder = new TempFolder();
        using SequenceMark mark = SequenceMark.Open(folder.Path, "store");
        await WriteAsync(new JournalStore(database), mark);
        await database.RunAsync(s => s.Execute(damage, new byte[] { 1, 2, 3 }), CancellationToken.None);

        SqlDatabase after = await house.OpenAfterCrashAsync();
        var journal = new JournalStore(after);
        SitePlace place = await new SiteRestorer("store", journal, house.Store(after), _files.Load(), mark, JournalLimits.Default, house.Time, NullLogger.Instance).RestoreAsync(CancellationToken.None);
        Assert.Equal(firings, place.Player.Engine!.Status("alarm").Firings);
        Assert.Equal(last, await journal.LastAsync("store", CancellationToken.None));
        Assert.True(place.NextSequence > 10, $"{place.NextSequence}");
        if (said is null) Assert.Empty(place.Problems);
        else Assert.Contains(said, string.Join('\n', place.Problems), StringComparison.Ordinal);
        if (lost is not null) Assert.Contains(lost, place.Problems);
    }

    /// <summary>Numbers 1 and 2 are the rules and the start; 3 to 10 are alarms, a commit each.</summary>
    private async Task WriteAsync(JournalStore journal, SequenceMark mark)
    {
        SiteRules rules = _files.Load();
        var player = new JournalPlayer("store", _ => rules, new SiteOutputs(), NullLogger.Instance);
        var encoder = new JournalEncoder();
        for (int number = 1; number <= 10; number++)
        {
            DateTimeOffset at = Noon.AddSeconds(number);
            JournalEntry entry = number switch
            {
                1 => JournalEntry.Load(1, at, _files.Fingerprint),
                2 => JournalEntry.Start(2, at),
                _ => JournalEntry.Of(EngineInput.Event(number, at, ResourceAddress.Parse("store/panel/zone/3"), "zoneAlarm", EventState.Instant, DataObject.Empty)),
            };
            encoder.Add(in entry);
            player.Play(in entry);
            var commit = new SiteCommit { Site = "store", Row = encoder.Take(player.Digest), RuleSet = number == 1 ? (_files.Fingerprint, _files.Pack()) : null };
            player.ResetDigest();
            await journal.CommitAsync(commit, CancellationToken.None);
            mark.Write(number, flush: false);
        }
    }
}
