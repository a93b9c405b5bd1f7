using System.Diagnostics;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Host.Hub.Packaging;
using Automation.Host.Tests.Validation;
using Automation.TestKit;

namespace Automation.Host.Tests.Hub.Packaging;

[Trait("Req", "HUB-1")]
public sealed class PackagingTests
{
    public static TheoryData<string> Paths => [.. PackagingVerb.Files().Select(f => f.Path)];

    [Theory]
    [MemberData(nameof(Paths))]
    public void File_InTheRepository_IsWhatTheManifestMakes(string path)
    {
        string made = PackagingVerb.Files().Single(f => f.Path == path).Text;
        Assert.Equal(made, File.ReadAllText(Path.Combine(ShippedSchemas.Root, "packaging", path)));
    }

    [Fact]
    public void Manifest_NamesTheVersionOfTheProgram()
    {
        Assert.Equal(AutomationHost.Version, PluginManifest.Shipped.Version);
    }

    [Fact]
    public void Unit_IsUnderstoodBySystemd()
    {
        string tool = Peer.Find("systemd-analyze", "systemd");
        string unit = PackagingVerb.Files().Single(f => f.Path.StartsWith("systemd/", StringComparison.Ordinal)).Text;
        using var folder = new TempFolder();

        // The program is not installed here; what is checked is the unit.
        string file = Path.Combine(folder.Path, "automation.service");
        File.WriteAllText(file, unit.Replace("/opt/automation/automation", "/bin/true", StringComparison.Ordinal));
        (int code, string text) = Run(tool, ["verify", "--man=no", file], new Dictionary<string, string>());
        Assert.True(code == 0 && !text.Contains("automation.service", StringComparison.Ordinal), text);
    }

    [Fact]
    public void Start_WithOptions_HandsOverPasswordsAsTheyAre()
    {
        Peer.Find("jq", "jq");
        using var folder = new TempFolder();
        string At(params string[] names) => Path.Combine([folder.Path, .. names]);
        Directory.CreateDirectory(At("app"));
        File.WriteAllText(At("app", "automation"), "#!/bin/sh\nprintf '%s|' \"$STORE_PASSWORD\" \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(At("app", "automation"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(At("options.json"), """{"environment":[{"name":"STORE_PASSWORD","value":"a'b $(touch hacked) \"c\" \\d"}]}""");
        File.WriteAllText(At("run.sh"), PackagingVerb.Files().Single(f => f.Path.EndsWith("run.sh", StringComparison.Ordinal)).Text);
        var places = new Dictionary<string, string> { ["OPTIONS_FILE"] = At("options.json"), ["CONFIG_FOLDER"] = At("config"), ["APP_FOLDER"] = At("app"), ["DATA_FOLDER"] = At("data"), ["TZ"] = "Europe/Berlin" };
        (int code, string text) = Run("/bin/sh", [At("run.sh")], places);
        Assert.Equal(0, code);
        Assert.Equal($"a'b $(touch hacked) \"c\" \\d|run|--config|{At("config", "automation.json")}|--data|{At("data")}|", text);
        SiteReading site = SiteReader.Read(new SourceFile("site.json", File.ReadAllBytes(At("config", "site.json"))), _ => null);
        Assert.Empty(site.Findings);
        Assert.Equal("Europe/Berlin", site.Site!.TimeZone.Id);
        Assert.Equal("""{ "sites": [ { "site": "site.json", "rules": ["rules"] } ] }""", string.Join(' ', File.ReadAllText(At("config", "automation.json")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.True(Directory.Exists(At("config", "rules")));
        Assert.False(File.Exists("hacked"));
    }

    private static (int Code, string Text) Run(string program, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd() + errors.Result;
        process.WaitForExit();
        return (process.ExitCode, text);
    }
}
