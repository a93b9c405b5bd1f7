using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>A world that does not allow a start is one clear line and exit code 2.</summary>
public sealed class StartAndStopTests
{
    [Fact]
    public async Task Run_TwiceOnOneDataFolder_SecondSaysSoAndExitsWith2()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess first = await HostProcess.Start(store.RunArguments(), store.Environment).RunningAsync();
        Assert.Contains(store.DataFolder, await HostProcess.RefusedAsync(store.RunArguments(), store.Environment), StringComparison.Ordinal);
        await first.StopAsync();
        Assert.Equal(0, first.ExitCode);
    }

    [Fact]
    public async Task Run_MqttPortInUse_SaysSoAndExitsWith2()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using Store store = await Store.StartAsync();
        Assert.Contains(port, await HostProcess.RefusedAsync(["run", "--config", store.ConfigFile, "--mqtt-port", port], store.Environment), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PasswordNotSet_NamesTheVariableAndExitsWith2()
    {
        await using Store store = await Store.StartAsync();
        (int exitCode, string output) = await HostProcess.RunAsync(store.RunArguments());
        Assert.Equal(2, exitCode);
        Assert.Contains("STORE_PASSWORD", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoConfigurationFile_SaysSoAndExitsWith2()
    {
        using var folder = new TempFolder();
        Assert.Contains("missing.json", await HostProcess.RefusedAsync(["run", "--config", folder.File("missing.json")]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DataFolderIsAFile_SaysSoAndExitsWith2()
    {
        await using Store store = await Store.StartAsync();
        await File.WriteAllTextAsync(store.DataFolder, "not a folder");
        Assert.Contains(store.DataFolder, await HostProcess.RefusedAsync(store.RunArguments(), store.Environment), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"sites\": [], }", "AUT3002")]
    [InlineData("{ \"sites\": [{ \"site\": \"site.json\", \"rules\": [\"rules\"] }], \"colour\": 1 }", "colour")]
    [InlineData("{ \"sites\": [{ \"site\": \"site.json\", \"rules\": [\"rules\"] }], \"httpPort\": 70000 }", "httpPort")]
    [InlineData("{ \"sites\": ", "AUT3001")]
    public async Task Run_WrongConfiguration_NamesThePlaceAndExitsWith2(string configuration, string expected)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("automation.json"), configuration);
        string refusal = await HostProcess.RefusedAsync(["run", "--config", folder.File("automation.json")]);
        Assert.Contains(expected, refusal, StringComparison.Ordinal);
        Assert.Contains("automation.json:1:", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run", "--demo", "--mqtt-port", "99999")]
    [InlineData("run", "--demo", "--config", "x.json")]
    [InlineData("no-such-verb")]
    [InlineData("replay", "--site", "x")]
    public async Task WrongUsage_ExitsWith2(params string[] arguments)
    {
        (int exitCode, string output) = await HostProcess.RunAsync(arguments);
        Assert.Equal(2, exitCode);
        Assert.StartsWith("automation: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VersionAndHelp_ExitWith0()
    {
        (int versionCode, string version) = await HostProcess.RunAsync(["--version"]);
        Assert.Equal(0, versionCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", version);
        (int helpCode, string help) = await HostProcess.RunAsync(["--help"]);
        Assert.Equal(0, helpCode);
        foreach (string verb in new[] { "run", "validate", "replay", "simulate", "broker" }) Assert.Contains(verb, help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SecretsOfTheSite_AreInNoLine()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await host.StopAsync();
        Assert.DoesNotContain(store.Environment["STORE_PASSWORD"], host.Output, StringComparison.Ordinal);
    }
}
