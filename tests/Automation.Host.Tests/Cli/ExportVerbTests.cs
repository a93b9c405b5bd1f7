using Automation.Core.Model;
using Automation.Host.Cli;
using Automation.Host.History;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.TestKit;

namespace Automation.Host.Tests.Cli;

/// <summary><c>export exceptions</c> as an installer types it, while the plugin holds its database.</summary>
public sealed class ExportVerbTests
{
    [Fact, Trait("Req", "EXC-6")]
    public async Task Export_BesideARunningPlugin_WritesWhatWasAskedFor()
    {
        using var folder = new TempFolder();
        var time = new ManualTime();
        await using SqlDatabase database = await OpenAsync(folder, time);
        var centre = new ExceptionCentre(database, time);
        await centre.ReportAsync("store", ResourceAddress.Parse("store/nvr"), "hddFull", true, "", null, default);
        time.Advance(TimeSpan.FromDays(2));
        await centre.ReportAsync("store", ResourceAddress.Parse("store/nvr"), "hddFull", false, "", null, default);
        await centre.ReportAsync("store", ResourceAddress.Parse("store/panel"), "acLoss", true, "", null, default);

        string file = folder.File("all.csv");
        Assert.Equal($"{file}: 2 exceptions", await RunAsync(folder, time, 0, "--out", file));
        Assert.Equal(3, File.ReadAllLines(file).Length);
        Assert.Contains("1 exceptions", await RunAsync(folder, time, 0, "--out", folder.File("a.pdf"), "--type", "acLoss", "--site", "store"), StringComparison.Ordinal);
        Assert.Equal("%PDF-"u8.ToArray(), File.ReadAllBytes(folder.File("a.pdf"))[..5]);
        Assert.Contains("1 exceptions", await RunAsync(folder, time, 0, "--out", folder.File("x"), "--format", "xlsx", "--source", "store/nvr"), StringComparison.Ordinal);
        Assert.Equal("PK"u8.ToArray(), File.ReadAllBytes(folder.File("x"))[..2]);

        // The disk was full from Friday to Sunday; Saturday knows of it, the Monday after does not. Midnight is Berlin's.
        Assert.Contains("1 exceptions", await RunAsync(folder, time, 0, "--out", file, "--from", "2026-11-21", "--to", "2026-11-22"), StringComparison.Ordinal);
        Assert.Contains("0 exceptions", await RunAsync(folder, time, 0, "--out", file, "--to", "2026-11-20"), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "EXC-6")]
    [InlineData("'doc' is no format: there are csv, xlsx and pdf", "--out", "x.doc")]
    [InlineData("--site: there is no site 'stoer': there are store", "--out", "x.csv", "--site", "stoer")]
    [InlineData("--source: 'nvr' is no address", "--out", "x.csv", "--source", "nvr")]
    [InlineData("--from yesterday: not an instant", "--out", "x.csv", "--from", "yesterday")]
    public async Task Export_WrongUsage_SaysWhatToChange(string said, params string[] arguments)
    {
        using var folder = new TempFolder();
        Assert.Contains(said, await RunAsync(folder, new ManualTime(), 2, arguments), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Export_WithoutADatabase_SaysSo()
    {
        using var folder = new TempFolder();
        Assert.Contains("automation.db", await RunAsync(folder, new ManualTime(), 2, "--out", folder.File("x.csv")), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("x.csv")));
    }

    private static async Task<SqlDatabase> OpenAsync(TempFolder folder, TimeProvider time)
    {
        Directory.CreateDirectory(folder.File("data"));
        return await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = Path.Combine(folder.File("data"), SqliteOptions.FileName), ReserveBytes = 0 }, time), StorageParts.All, new SqlLimits(), CancellationToken.None);
    }

    private static async Task<string> RunAsync(TempFolder folder, TimeProvider time, int expected, params string[] arguments)
    {
        File.WriteAllText(folder.File("site.json"), """
            { "id": "store", "name": "Store", "timeZone": "Europe/Berlin", "devices": [ { "id": "nvr", "name": "Recorder", "kind": "nvr" }, { "id": "panel", "name": "Panel", "kind": "security-panel" } ] }
            """);
        File.WriteAllText(folder.File("automation.json"), """{ "sites": [ { "site": "site.json", "rules": ["rules"] } ] }""");
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await CommandLine.RunAsync(["export", "exceptions", "--config", folder.File("automation.json"), .. arguments], output, error, time);
        Assert.True(code == expected, error.ToString());
        return (expected == 0 ? output : error).ToString().Trim();
    }
}
