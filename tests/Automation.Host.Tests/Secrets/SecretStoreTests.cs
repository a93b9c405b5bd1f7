using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Host.Cli;
using Automation.Host.Secrets;
using Automation.TestKit;

namespace Automation.Host.Tests.Secrets;

/// <summary>Passwords of devices: encrypted in the data folder, whole or not at all, and never told (ACT-9).</summary>
public sealed class SecretStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => _folder.Dispose();

    private string? Look(string name) => _environment.GetValueOrDefault(name);

    private string Secrets => _folder.File("secrets.json");

    private void Set(string name, string value) => SecretStore.Set(_folder.Path, name, new Secret(value), Look);

    private string? Find(string name) => SecretStore.Open(_folder.Path, Look).Find(name)?.Reveal();

    [Fact, Trait("Req", "ACT-9")]
    public void Secret_IsKeptEncrypted_ReadableByItsOwnerAlone()
    {
        Set("panel", "Tür-Schloß-42");
        Set("nvr", "another");
        Set("panel", "Tür-Schloß-43");
        Assert.Equal(("Tür-Schloß-43", "another", null), (Find("panel"), Find("nvr"), Find("gate")));
        Assert.Equal(["nvr", "panel"], SecretStore.Open(_folder.Path, Look).Names);
        Assert.True(SecretStore.Remove(_folder.Path, "nvr", Look));
        Assert.False(SecretStore.Remove(_folder.Path, "nvr", Look));
        Assert.Equal((null, "Tür-Schloß-43"), (Find("nvr"), Find("panel")));
        foreach (string file in Directory.GetFiles(_folder.Path))
        {
            Assert.DoesNotContain("Schlo", Encoding.UTF8.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Equal(["secret.key", "secrets.json"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact, Trait("Req", "ACT-9")]
    public void SameValueTwice_LooksDifferent()
    {
        Set("a", "same");
        Set("b", "same");
        JsonNode kept = JsonNode.Parse(File.ReadAllText(Secrets))!["secrets"]!;
        Assert.NotEqual(kept["a"]!.GetValue<string>(), kept["b"]!.GetValue<string>());
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Key_FromTheEnvironmentOrSystemd_LeavesNoKeyFile()
    {
        _environment["AUTOMATION_SECRET_KEY"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        Set("panel", "value");
        Assert.False(File.Exists(_folder.File("secret.key")));
        Assert.Equal("value", Find("panel"));

        using var credentials = new TempFolder();
        File.WriteAllText(credentials.File("automation-secret-key"), _environment["AUTOMATION_SECRET_KEY"] + "\n");
        _environment.Remove("AUTOMATION_SECRET_KEY");
        _environment["CREDENTIALS_DIRECTORY"] = credentials.Path;
        Assert.Equal("value", Find("panel"));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void WrongKey_MissingKey_AndNoKey_AreToldApart()
    {
        Set("panel", "value");
        File.WriteAllText(_folder.File("secret.key"), Convert.ToBase64String(new byte[32]));
        Assert.Contains("another key", Assert.Throws<SecretStoreException>(() => Find("panel")).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("secret.key"), "hello");
        Assert.Contains("not 32 bytes", Assert.Throws<SecretStoreException>(() => Find("panel")).Message, StringComparison.Ordinal);
        File.Delete(_folder.File("secret.key"));
        Assert.Contains("their key is missing", Assert.Throws<SecretStoreException>(() => Find("panel")).Message, StringComparison.Ordinal);
        Assert.Throws<SecretStoreException>(() => Set("panel", "must not make a new key over old secrets"));
        Assert.False(File.Exists(_folder.File("secret.key")));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void KeyThatOthersMayRead_IsRefused()
    {
        if (OperatingSystem.IsWindows()) return;
        Set("panel", "value");
        File.SetUnixFileMode(_folder.File("secret.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<SecretStoreException>(() => Find("panel")).Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-9")]
    public void SecretInAnothersPlace_IsDamaged()
    {
        Set("camera", "weak");
        Set("panel", "strong");
        JsonNode root = JsonNode.Parse(File.ReadAllText(Secrets))!;
        root["secrets"]!["panel"] = root["secrets"]!["camera"]!.GetValue<string>();
        File.WriteAllText(Secrets, root.ToJsonString());
        Assert.Equal("weak", Find("camera"));
        Assert.Contains("'panel'", Assert.Throws<SecretStoreException>(() => Find("panel")).Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "ACT-9")]
    [InlineData(51)]
    public void DamagedFile_IsToldAndNeverAnotherSecret(int seed)
    {
        Set("panel", "value");
        byte[] good = File.ReadAllBytes(Secrets);
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            byte[] bad = [.. good];
            for (int hits = random.Next(1, 4); hits > 0; hits--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bad = bad[..random.Next(bad.Length)];
            File.WriteAllBytes(Secrets, bad);
            try
            {
                string? found = Find("panel");
                Assert.True(found is null or "value", $"seed {seed}, round {round}: {found}");
            }
            catch (SecretStoreException e)
            {
                Assert.DoesNotContain("value", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact, Trait("Req", "ACT-9")]
    public void WriteThatBreaksOff_LeavesWhatWasThere()
    {
        Set("panel", "value");
        // What a power cut in the middle of a write leaves behind.
        File.WriteAllText(Secrets + ".new", "{ \"version\": 1, \"che");
        Assert.Equal("value", Find("panel"));
        Set("nvr", "other");
        Assert.Equal(("value", "other"), (Find("panel"), Find("nvr")));
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task Verb_TakesTheValueFromStandardInput_AndPrintsNamesOnly()
    {
        TextReader before = Console.In;
        var output = new StringWriter();
        var error = new StringWriter();
        try
        {
            Console.SetIn(new StringReader("S3cret!\n"));
            Assert.Equal(0, await CommandLine.RunAsync(["secret", "set", "store-panel", "--data", _folder.Path], output, error, TimeProvider.System));
        }
        finally
        {
            Console.SetIn(before);
        }

        Assert.Equal(0, await CommandLine.RunAsync(["secret", "list", "--data", _folder.Path], output, error, TimeProvider.System));
        Assert.Equal("S3cret!", Find("store-panel"));
        Assert.Contains("store-panel", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await CommandLine.RunAsync(["secret", "remove", "store-panel", "--data", _folder.Path], output, error, TimeProvider.System));
        Assert.Equal(2, await CommandLine.RunAsync(["secret", "remove", "store-panel", "--data", _folder.Path], output, error, TimeProvider.System));
        Assert.Equal(2, await CommandLine.RunAsync(["secret", "set", "my pass word!", "--data", _folder.Path], output, error, TimeProvider.System));
        Assert.DoesNotContain("S3cret!", output.ToString() + error, StringComparison.Ordinal);
        Assert.DoesNotContain("my pass word!", output.ToString() + error, StringComparison.Ordinal);
    }
}
