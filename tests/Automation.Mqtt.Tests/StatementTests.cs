namespace Automation.Mqtt.Tests;

/// <summary>No normative statement of the standards without a test that names it, or a word on why there is none.</summary>
public sealed class StatementTests
{
    [Fact]
    public void EveryStatementOf5_HasATestOrAReason_AndNotBoth()
    {
        HashSet<string> named = Statements.Named();
        Assert.Equal(251, Statements.OfVersion5.Length);
        Assert.DoesNotContain(Statements.OfVersion5, s => !named.Contains("MQTT-" + s) && !Statements.NotTested.ContainsKey(s));
        Assert.DoesNotContain(Statements.NotTested.Keys, s => named.Contains("MQTT-" + s));
        Assert.Empty(Statements.NotTested.Keys.Except(Statements.OfVersion5));
    }

    [Fact]
    public void EveryStatementOf311_HasATestOrAReason()
    {
        HashSet<string> named = Statements.Named();
        Assert.Equal(141, Statements.OfVersion311.Count + Statements.NotTestedOf311.Count);
        Assert.Empty(Statements.OfVersion311.Keys.Intersect(Statements.NotTestedOf311.Keys));
        Assert.DoesNotContain(Statements.OfVersion311, s => !named.Contains(s.Value == "own" ? "MQTT311-" + s.Key : "MQTT-" + s.Value));
    }

    [Fact]
    public void Tests_NameStatementsThatExist()
    {
        IEnumerable<string> known = Statements.OfVersion5.Select(s => "MQTT-" + s).Concat(Statements.OfVersion311.Where(s => s.Value == "own").Select(s => "MQTT311-" + s.Key));
        Assert.Empty(Statements.Named().Except(known));
    }
}
